// @ts-check
/** What leads to the tickets that were bought before, in Spanish. */
export const texts = {
  "own.title": "Tus entradas",
  "own.more": "Ver {n} más",
  "own.here": "Ya tienes {seats} aquí.",
  "own.see": "Ver entradas",
};
