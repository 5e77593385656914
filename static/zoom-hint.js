// @ts-check
/** Explains, once per browser, why the first tap on a small seat chose nothing. */
import { t } from "./text.js";

const PLACE = "zoom-hint";
let isShown = false;

/** @param {import("./notice.js").Notice} notice */
export function explainZoom(notice) {
  if (isShown || isKnown()) return;
  isShown = true;
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
