// @ts-check
/** "Sit with me": a link to the map that names one's seats, and nothing else of oneself. A share sheet, or what else the browser has. */
import { sessionPath } from "./api.js";
import { part } from "./dom.js";
import { dayAndHour } from "./format.js";
import { addTexts } from "./language.js";
import { enumerate, t } from "./text.js";

await addTexts("party");

/** Of the link's query. */
export const INVITATION = "junto";

/** @param {string} session @param {string[]} seats */
export const linkTo = (session, seats) => `${location.origin}${sessionPath(session)}?${INVITATION}=${seats.join("-")}`;

/** @param {import("./session-view.js").SessionView} view */
export function offerToShare({ root, session, store, notice }) {
  const seats = [...store.bought, ...store.mine].sort();
  const button = part(root, "invite");
  // With the tickets of seats that are held; by itself where all is paid, and a phone shows no tickets.
  const place = store.mine.length ? part(root, "tickets").parentElement : part(root, "order");
  if (button.parentElement !== place) place?.append(button);
  button.hidden = !seats.length;
  button.onclick = () => void share(session, seats, notice);
}

/** @param {import("./api.js").Session} session @param {string[]} seats @param {import("./notice.js").Notice} notice */
async function share({ id, filme, inicio }, seats, notice) {
  const url = linkTo(id, seats);
  const about = { filme: filme.titulo, quando: dayAndHour(inicio), assentos: enumerate(seats), n: seats.length };
  const sheet = { title: t("invitation.title", about), text: t("invitation.text", about), url };
  if (await isShared(sheet)) return;
  try {
    await navigator.clipboard.writeText(url);
    notice.show("invitation", t("invitation.copied"));
  } catch {
    // No clipboard without HTTPS, nor in some apps' browsers: it stays until it has been copied by hand.
    notice.show("invitation", t("invitation.link", { link: url }), [{ text: t("close"), do: () => {} }]);
  }
}

/** Whether the sheet was there; who closes it wants nothing more. @param {ShareData} sheet */
async function isShared(sheet) {
  try {
    await navigator.share(sheet);
    return true;
  } catch (fault) {
    return fault instanceof DOMException && fault.code === DOMException.ABORT_ERR;
  }
}
