// @ts-check
/** What is said, in English, of a session in which nothing is sold any more. */
export const texts = {
  "closed.sold_out": "Every seat has been sold",
  "closed.ended": "This screening is over",
  "closed.begun": "This screening has started",
  "closed.cancelled": "This screening has been cancelled",
  "closed.changed": "This screening has changed",
  "closed.removed": "This screening is no longer on",
  "closed.tickets":
    "If you have already bought, your tickets are at the link that we e-mailed you.",
  "closed.others": {
    one: "This screening still has seats:",
    other: "These screenings still have seats:",
  },
};
