// The only place that makes elements. Whatever comes from a server goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `on` holds listeners, all else is an attribute. Nothing is made of null and false. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  const given = children.flat(3).filter((child) => child !== undefined && child !== null && child !== false);
  return given.map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** Replaces what is inside. */
export function put(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Says something to people who do not see the page. */
export function say(sentence) {
  byId("said").textContent = sentence;
}

/** A button that copies text and says so. */
export function copyButton(text, what) {
  const button = h("button", { class: "quiet", type: "button", "aria-label": `Copy ${what}` }, "copy");
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    button.textContent = done ? "copied" : "not allowed here";
    say(done ? `${what} copied` : "The browser does not allow copying here");
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
  return button;
}
