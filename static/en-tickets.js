// @ts-check
/** What leads to the tickets that were bought before, in English. */
export const texts = {
  "seus.titulo": "Your tickets",
  "seus.mais": "Show {n} more",
  "seus.aqui": "You already have {assentos} here.",
  "seus.ver": "See tickets",
};
