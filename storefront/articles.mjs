// What the shop knows of its articles beside their prices: a drawing, a line, and where they stand.

const SHELF = {
  "TEAPOT-1": ["teapot.svg", "Holds six cups and keeps them warm."],
  "MUG-2": ["mug.svg", "No two are alike. The trace ids neither."],
  "SENCHA-8": ["sencha.svg", "First flush, grassy and sweet."],
  "KETTLE-3": ["kettle.svg", "Three kilos. Sings before it boils."],
  "WHISK-6": ["whisk.svg", "Eighty tines, split by hand."],
  "CADDY-5": ["caddy.svg", "Airtight, and warm to the touch."],
  "INFUSER-4": ["infuser.svg", "Fine holes: no leaf gets through."],
  "TRAY-7": ["tray.svg", "Carries two cups and a conversation."],
  "ONE-LEFT-9": ["gaiwan.svg", "There was one when the shop opened. Order two, and see."],
};

/** An article that the shelf does not know comes last, as a parcel. */
export function picture(sku) {
  return `/assets/${SHELF[sku]?.[0] ?? "parcel.svg"}`;
}

export function line(sku) {
  return SHELF[sku]?.[1] ?? "";
}

export function inOrder(items) {
  const known = Object.keys(SHELF);
  const place = ({ sku }) => (known.includes(sku) ? known.indexOf(sku) : known.length);
  return [...items].sort((a, b) => place(a) - place(b));
}
