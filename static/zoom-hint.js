// @ts-check
/** Explains, once per browser, why the first tap on a small seat chose nothing. */
import { t } from "./text.js";

const PLACE = "zoom-hint";
let told = false;

/** @param {import("./notice.js").Notice} notice */
export function explainZoom(notice) {
  if (told || isKnown()) return;
  told = true;
  notice.show("closer", t("map.came_closer"));
}

/** Without storage, once per page. */
function isKnown() {
  try {
    const known = localStorage.getItem(PLACE) !== null;
    localStorage.setItem(PLACE, "1");
    return known;
  } catch {
    return false;
  }
}
