// @ts-check
/** What leads to the tickets that were bought before, in English. */
export const texts = {
  "own.title": "Your tickets",
  "own.more": "Show {n} more",
  "own.here": "You already have {seats} here.",
  "own.see": "See tickets",
};
