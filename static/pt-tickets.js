// @ts-check
/** What leads to the tickets that were bought before, in Portuguese. */
export const texts = {
  "seus.titulo": "Seus ingressos",
  "seus.mais": "Ver mais {n}",
  "seus.aqui": "Você já tem {assentos} aqui.",
  "seus.ver": "Ver ingressos",
};
