// @ts-check
/** What became of a session while its map or its order is looked at. A map loads this only once it has changed. */
import { fetchSession } from "./api.js";
import { dayAndHour } from "./format.js";
import { addTexts } from "./language.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Session} Session */
/** @typedef {import("./line-status.js").Message} Message */

await addTexts("order");

/** @param {Session} session */
const whatOf = ({ filme, sala, inicio }) => [filme.titulo, sala, dayAndHour(inicio)].filter(Boolean).join(", ");

/** What was and what is; empty where film, room and start are the same. @param {Session} was @param {Session} is */
export function difference(was, is) {
  const [antes, agora] = [whatOf(was), whatOf(is)];
  return antes === agora ? "" : t("ordem.mudou", { antes, agora });
}

/** Asks for the session again. @param {import("./api.js").SessionMap} shown @returns {Promise<Message|null>} null: no answer */
export async function changeOf(shown) {
  const { data } = await fetchSession(shown.id);
  if (!data) return null;
  const said = data.cancelada ? "" : difference(shown, data) || t("ordem.mudou_mapa");
  return { kind: "mudou", text: `${said} ${data.alteracao}`.trim(), link: { text: t("recarregar"), href: location.pathname } };
}
