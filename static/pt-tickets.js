// @ts-check
/** What leads to the tickets that were bought before, in Portuguese. */
export const texts = {
  "own.title": "Seus ingressos",
  "own.more": "Ver mais {n}",
  "own.here": "Você já tem {seats} aqui.",
  "own.see": "Ver ingressos",
};
