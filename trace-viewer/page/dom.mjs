// The only place that makes elements. Whatever comes from a span goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `on` holds listeners, `style` CSS properties, all else is an attribute. */
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
    } else if (name === "style") {
      for (const [property, css] of Object.entries(value)) element.style.setProperty(property, css);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat(3).filter(given).map(node));
  return element;
}

function given(child) {
  return child !== undefined && child !== null && child !== false;
}

function node(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/** Replaces what is inside. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(3).filter(given).map(node));
  return element;
}

/** A button that copies text and says so. */
export function copyButton(text, label = "copy") {
  const button = h("button", { class: "quiet copy", type: "button", title: "Copy to the clipboard" }, label);
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
      button.textContent = "copied";
    } catch {
      button.textContent = "not allowed here";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  });
  return button;
}

/** A link that the page follows without a reload. */
export function to(path, attributes, ...children) {
  return h("a", { ...attributes, href: path, "data-inside": true }, ...children);
}
