// What a document may hold, out of its JSON schema: the shape of every value, as the form asks for it.

const SIMPLE = { number: "number", integer: "whole", boolean: "truth", string: "text" };

/** Reads a JSON schema with its `$defs`. */
export class Schema {
  constructor(root) {
    this.root = root;
  }

  /**
   * The shape of a value: `type` (object, union, rows, named, series, choice, number, whole, truth, text, other), with
   * `description`, `fallback` (its default), `nullable`, and what belongs to the type: `properties` and `required`,
   * `kinds`, `item`, `options`.
   */
  shape(schema) {
    const found = this.resolved(schema);
    const about = { description: found.description || "", fallback: found.default, nullable: false };
    const alternatives = found.anyOf || found.oneOf;
    if (alternatives) return { ...about, ...this.alternative(found, alternatives) };
    return { ...about, ...this.own(found) };
  }

  resolved(schema) {
    if (!schema.$ref) return schema;
    const name = schema.$ref.replace("#/$defs/", "");
    const { $ref, ...beside } = schema;
    return { ...this.resolved(this.root.$defs[name]), ...beside };
  }

  alternative(found, alternatives) {
    const rest = alternatives.filter((each) => each.type !== "null");
    const nullable = rest.length < alternatives.length;
    const discriminated = [found, ...rest].map((each) => this.resolved(each)).find((each) => each.discriminator);
    if (discriminated) return { type: "union", nullable, kinds: discriminated.discriminator.mapping };
    if (rest.length > 1) return { type: "other", nullable };
    const { description, fallback, ...only } = this.shape(rest[0]);
    return { ...only, nullable };
  }

  own(found) {
    if (found.enum) return { type: "choice", options: found.enum };
    if ("const" in found) return { type: "choice", options: [found.const] };
    if (found.type === "object") return this.mapping(found);
    if (found.type === "array") return this.list(found);
    return { type: SIMPLE[found.type] || "other" };
  }

  mapping(found) {
    if (found.properties) return { type: "object", properties: found.properties, required: found.required || [] };
    const item = found.additionalProperties;
    return item?.$ref ? { type: "named", item } : { type: "other" };
  }

  list(found) {
    const items = found.prefixItems || (found.items ? [found.items] : []);
    const shapes = items.map((each) => this.shape(each));
    if (shapes.length === 1 && shapes[0].type === "object") return { type: "rows", item: found.items };
    const types = new Set(shapes.map(({ type }) => type));
    const [numeric, words] = [["number", "whole"], ["text", "choice"]].map((some) => types.size > 0 && [...types].every((type) => some.includes(type)));
    return numeric || words ? { type: "series", numeric } : { type: "other" };
  }
}

/** The data with another value at the path; `undefined` takes it out, and mappings that are empty then with it. */
export function changed(data, path, value) {
  const [name, ...rest] = path;
  const copy = Array.isArray(data) ? [...data] : { ...data };
  const inner = rest.length ? changed(data?.[name] ?? (typeof rest[0] === "number" ? [] : {}), rest, value) : value;
  const gone = inner === undefined || (value === undefined && rest.length && isEmpty(inner));
  if (!gone) copy[name] = inner;
  else if (Array.isArray(copy)) copy.splice(name, 1);
  else delete copy[name];
  return copy;
}

/** What stands at the path. */
export const at = (data, path) => path.reduce((inner, name) => (inner === null || inner === undefined ? undefined : inner[name]), data);

const isEmpty = (value) => value !== null && typeof value === "object" && Object.keys(value).length === 0;
