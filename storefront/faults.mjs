// What can be broken on purpose, what one then sees, and where. True to docs/faults.md.

/** name: [title, what you should see, which view shows it, what to look at there] */
const FAULTS = {
  "pricing.slow": ["Pricing is slow",
    "The answer takes two seconds longer. The order is taken, and nothing turns red: slow is not wrong.",
    "trace", "pricing's SERVER span has the two seconds, and all that wait for it have them too. Its event fault.injected says why."],
  "pricing.error": ["Pricing fails",
    "502, and no order: nothing was promised. Afterwards you can try again.",
    "trace", "red spans all the way from pricing up to your click. The cause is told once, in pricing's own; the callers tell what they saw of it."],
  "gateway.broker_rejects": ["Kafka refuses the message",
    "503: the order is written down, but not sent. “Try again” sends the same one, with the same key.",
    "trace", "the PRODUCER span is red, and its error.type is the broker's own word, InvalidTopic or UnknownTopic."],
  "fulfillment.poison": ["A message that nobody can process",
    "The order is accepted, then failed. Your own trace stays green: fulfillment comes after it.",
    "joined", "behind the link process order.created is red, and below it the message goes to order.created.dlq."],
  "fulfillment.crash": ["Fulfillment crashes in the middle",
    "The order stays accepted for some seconds, while the service starts again. Then it is reserved, once.",
    "joined", "the gap between your click and process order.created, and on it the event crash.survived, with the id of the trace that ended in the crash."],
  "inventory.slow": ["The warehouse is slow",
    "You are answered at once. The order is accepted, and reserved two seconds later: the wait is behind the queue.",
    "joined", "the long bar is inventory's SERVER span, long after your own span has ended."],
  "inventory.error": ["The warehouse fails each time",
    "The order is accepted, then failed, after six attempts in about two seconds.",
    "joined", "six red CLIENT spans to inventory, an event retry for each wait, then the message goes to order.created.dlq."],
  "inventory.out_of_stock": ["The warehouse has nothing left",
    "The order is accepted, then out_of_stock.",
    "joined", "inventory's SERVER span is green, for “no” is an answer. reserve_inventory and the caller are red: they did not get what they were for."],
};

/** Of a fault that is not in the table its name has to do. */
export function faultOf(name) {
  const [title, expect, view, look] = FAULTS[name] ?? [name, "This page knows no more of it than its name.", "joined", "the event fault.injected says where it struck."];
  return { name, title, expect, view, look };
}

/** For the request: the services look for it in the baggage, so one header reaches whom it names. */
export function baggageOf(name) {
  return { baggage: `demo.fault=${name}` };
}
