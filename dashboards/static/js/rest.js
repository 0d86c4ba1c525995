// REST as pages speak it: JSON in and out, problem documents as errors, pages of lists one after the other.

export const API = "/api/v1";

/** What the service answered instead: `message` is a sentence, `errors` what is wrong with which field. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The service answered ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.type = (body.type || "").split(":").pop();
    this.errors = body.errors || [];
  }
}

/** The address of a resource below the API; of `query`, empty values are left out and lists repeated. */
export function address(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") parameters.append(name, each);
    }
  }
  const text = parameters.toString();
  return `${API}${path}${text ? `?${text}` : ""}`;
}

/** The answer to a GET. Throws `Problem`. */
export const get = (path, query = {}, options = {}) => request("GET", path, { ...options, query });

/** The answer to a POST of JSON. Throws `Problem`. */
export const post = (path, body = {}, options = {}) => request("POST", path, { ...options, body });

/** The answer to any request; null where there is nothing in it. Throws `Problem`. */
export async function request(method, path, { query = {}, body, headers = {}, signal } = {}) {
  const sent = { method, signal, headers: { Accept: "application/json", ...headers }, credentials: "same-origin" };
  if (body !== undefined) {
    sent.body = JSON.stringify(body);
    sent.headers["Content-Type"] = "application/json";
  }
  const answer = await fetch(address(path, query), sent);
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  if (answer.status === 401) logIn();
  throw new Problem(answer.status, await answer.json().catch(() => ({})));
}

/** Page after page of a list with `items` and `next_cursor`. */
export async function* pages(path, query = {}) {
  let cursor = null;
  do {
    const page = await get(path, { ...query, cursor });
    yield page.items;
    cursor = page.next_cursor;
  } while (cursor);
}

function logIn() {
  const here = location.pathname + location.search;
  if (location.pathname !== "/login") location.assign(`/login?next=${encodeURIComponent(here)}`);
}
