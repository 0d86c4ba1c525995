// Every operation of REST, described and to be tried out: Swagger UI as its package ships it, over the service's own schema.

import { byId, element } from "../dom.js";
import { onTheme } from "../page.js";
import { API } from "../rest.js";

const folder = document.querySelector('meta[name="swagger"]').content;

function open() {
  if (!folder) return absent();
  document.head.append(element("link", { rel: "stylesheet", href: `${folder}/swagger-ui.css` }));
  const script = element("script", { src: `${folder}/swagger-ui-bundle.js`, onload: draw, onerror: absent });
  document.head.append(script);
}

function draw() {
  const { SwaggerUIBundle } = window;
  SwaggerUIBundle({
    url: `${API}/openapi.json`,
    domNode: byId("swagger"),
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null, // it would be asked on another host
    presets: [SwaggerUIBundle.presets.apis],
  });
}

function absent() {
  byId("swagger").textContent = "The interactive description is not installed here (fastapi-offline); openapi.json above says the same.";
}

const paint = (theme) => document.documentElement.classList.toggle("dark-mode", theme === "dark");
onTheme(paint);
paint(document.documentElement.dataset.theme);
open();
