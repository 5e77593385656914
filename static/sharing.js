// @ts-check
/**
 * Invites friends: shares a link to the map that names the buyer's seats and nothing else, by the
 * browser's share sheet or the clipboard.
 */
import { sessionPath } from "./api.js";
import { part } from "./dom.js";
import { dayAndHour } from "./format.js";
import { addTexts } from "./language.js";
import { enumerate, t } from "./text.js";

await addTexts("party");

/** The link's query parameter. */
export const INVITATION = "junto";

/** @param {string} session @param {string[]} seats */
export const linkTo = (session, seats) =>
  `${location.origin}${sessionPath(session)}?${INVITATION}=${seats.join("-")}`;

/** @param {import("./session-view.js").SessionView} view */
export function offerToShare({ root, session, store, notice }) {
  const seats = [...store.bought, ...store.mine].sort();
  const button = part(root, "invite");
  // Below the tickets of held seats; on its own if all is paid, since a phone shows no tickets
  // then.
  const place = store.mine.length ? part(root, "tickets").parentElement : part(root, "order");
  if (button.parentElement !== place) place?.append(button);
  button.hidden = !seats.length;
  button.onclick = async () => {
    const outcome = await share(session, seats);
    // A link that could not be copied stays until it is closed, to be copied by hand.
    if (outcome)
      notice.show(
        "invitation",
        outcome.text,
        outcome.copied ? [] : [{ text: t("close"), do: () => {} }],
      );
  };
}

/**
 * @param {import("./api.js").Session} session
 * @param {string[]} seats
 * @returns {Promise<{copied: boolean, text: string}|null>} null: the browser's share sheet has it
 */
export async function share({ id, filme, inicio }, seats) {
  const url = linkTo(id, seats);
  const about = {
    film: filme.titulo,
    when: dayAndHour(inicio),
    seats: enumerate(seats),
    n: seats.length,
  };
  const sheet = { title: t("invitation.title", about), text: t("invitation.text", about), url };
  if (await isShared(sheet)) return null;
  try {
    await navigator.clipboard.writeText(url);
    return { copied: true, text: t("invitation.copied") };
  } catch {
    // There is no clipboard without HTTPS, nor in some in-app browsers.
    return { copied: false, text: t("invitation.link", { link: url }) };
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
