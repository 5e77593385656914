// @ts-check
/** What leads to the tickets that were bought before, in Spanish. */
export const texts = {
  "seus.titulo": "Tus entradas",
  "seus.mais": "Ver {n} más",
  "seus.aqui": "Ya tienes {assentos} aquí.",
  "seus.ver": "Ver entradas",
};
