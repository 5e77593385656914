// @ts-check
/**
 * Links to the orders of this browser, on the programme and on a session's map. Loaded only if
 * there are some.
 */
import { fetchOwnOrders } from "./api.js";
import { make } from "./dom.js";
import { dayNear, hour } from "./format.js";
import { addTexts, asInProgramme } from "./language.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./api.js").OwnOrder} OwnOrder */

await addTexts("tickets");

/** How many are shown above the programme; a click shows the others. */
const SHOWN = 3;

export class OwnTickets {
  #shown = "";
  #all = false;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
  }

  /** @param {OwnOrder[]} orders */
  render(orders) {
    const coming = orders.filter(({ terminou }) => !terminou);
    const key = JSON.stringify([
      coming,
      this.#all,
      coming.map(({ inicio }) => dayNear(new Date(inicio))),
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    const some = this.#all ? coming : coming.slice(0, SHOWN);
    this.place.replaceChildren(
      ...(coming.length
        ? [
            make(
              "section",
              { class: "own", "aria-labelledby": "own-title" },
              make("h2", { id: "own-title", text: t("own.title") }),
              make("ul", {}, ...some.map((order) => make("li", {}, linkTo(order)))),
              ...(some.length < coming.length ? [this.#more(coming)] : []),
            ),
          ]
        : []),
    );
  }

  /** @param {OwnOrder[]} coming */
  #more(coming) {
    const button = make("button", {
      class: "link",
      type: "button",
      text: t("own.more", { n: coming.length - SHOWN }),
    });
    button.onclick = () => {
      this.#all = true;
      this.render(coming);
      this.place.querySelectorAll("a")[SHOWN].focus();
    };
    return button;
  }
}

/** @param {OwnOrder} order */
function linkTo({ link, filme, inicio, sala, assentos, alteracao }) {
  const start = new Date(inicio);
  const when = `${dayNear(start)} · ${hour(start)} · `;
  return make(
    "a",
    { href: link },
    make("strong", { text: filme, ...asInProgramme }),
    make("span", { class: "quiet" }, when, make("span", { text: sala, ...asInProgramme })),
    make("span", { text: assentos.join(", ") }),
    ...(alteracao
      ? [make("span", { class: "own-change", text: alteracao, ...asInProgramme })]
      : []),
  );
}

/**
 * Beside the map: the seats of this session that are bought already.
 * @param {string} session
 * @param {HTMLElement} place
 * @returns {Promise<boolean>} false: not known now
 */
export async function showTicketsOf(session, place) {
  const { data } = await fetchOwnOrders();
  if (!data) return false;
  const here = data.pedidos.filter(({ sessao }) => sessao === session);
  place.replaceChildren(
    ...here.map(({ link, assentos }) =>
      make(
        "p",
        {},
        make("span", { text: `${t("own.here", { seats: enumerate(assentos) })} ` }),
        make("a", { class: "link", href: link, text: t("own.see") }),
      ),
    ),
  );
  return true;
}
