// @ts-check
/** One ticket of an order: on its page, in print, and full screen at the door. */
import { icon, make } from "./dom.js";
import { dayAndHour, money } from "./format.js";
import { asInProgramme } from "./language.js";
import { wordsOf } from "./sessions.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./api.js").Order} Order */
/** @typedef {Order["ingressos"][number]} Ticket */
/**
 * A ticket's actions.
 * @typedef {object} Offers
 * @property {() => void} show full screen
 * @property {(() => void)|null} cancel null: it cannot be cancelled alone
 */

/** "Fila I · 7", since "I07" may be read as "107". @param {string} seat */
export function placeOf(seat) {
  const [, row, number] = /^([A-Z]+)0*(\d+)$/.exec(seat) ?? ["", "", seat];
  return row ? t("receipt.place", { row, number }) : seat;
}

/** "Fila I · 7 e Fila I · 8". @param {string[]} seats */
export const placesOf = (seats) => enumerate(seats.map(placeOf));

/** @param {Ticket} ticket @param {Order} order @param {Offers} offers */
export function stubOf(ticket, order, { show, cancel }) {
  const { assento, categoria } = ticket;
  const stub = make(
    "li",
    { class: "stub", "data-ticket": assento, "data-category": categoria },
    make(
      "div",
      { class: "stub-text" },
      ...positionOf(ticket, order),
      make("p", { class: "stub-print stub-film", text: order.sessao.filme.titulo }),
      make("h2", { text: placeOf(assento) }),
      make("p", { class: "stub-print stub-when", text: whenOf(order) }),
      ...typeOf(ticket, order),
      ...(order.nome ? [make("p", { class: "stub-print", text: order.nome })] : []),
      make("p", { class: "stub-print code-text", text: order.codigo }),
    ),
  );
  if (order.estado === "confirmado") stub.append(codeOf(ticket, show));
  if (cancel) {
    const button = make("button", {
      class: "link stub-cancel",
      type: "button",
      "data-action": "cancel-seat",
      text: t("receipt.cancel_seat"),
    });
    button.onclick = cancel;
    stub.append(button);
  }
  return stub;
}

/**
 * The full-screen card: everything that the door needs, black on white.
 * @param {Ticket} ticket
 * @param {Order} order
 */
export function doorCardOf(ticket, order) {
  const { sessao, codigo } = order;
  return make(
    "li",
    { class: "door-card", "data-door": ticket.assento },
    make("img", {
      class: "qr",
      src: ticket.qr,
      alt: t("receipt.qr", { seat: placeOf(ticket.assento) }),
    }),
    make(
      "div",
      { class: "door-text" },
      ...positionOf(ticket, order),
      make("h2", { text: placeOf(ticket.assento) }),
      make("p", { class: "code-text", text: codigo }),
      make("p", {}, make("strong", { text: sessao.filme.titulo, ...asInProgramme })),
      make("p", { text: whenOf(order) }),
      ...typeOf(ticket, order),
    ),
  );
}

/** A cancelled ticket of an order that keeps others. @param {Order["devolvidos"][number]} ticket */
export function givenBackOf({ assento, preco, em }) {
  return make(
    "li",
    { "data-given-back": assento },
    make("s", { text: placeOf(assento) }),
    make("span", { text: money(preco) }),
    make("span", { class: "quiet", text: t("receipt.given_back_at", { when: dayAndHour(em) }) }),
  );
}

/**
 * The ticket's number among several; nothing for a single one.
 * @param {Ticket} ticket
 * @param {Order} order
 */
function positionOf(ticket, { ingressos, estado }) {
  if (ingressos.length < 2 || estado !== "confirmado") return [];
  return [
    make("p", {
      class: "quiet stub-of",
      text: t("receipt.of", { n: ingressos.indexOf(ticket) + 1, total: ingressos.length }),
    }),
  ];
}

/**
 * Type and price, and the proof to bring while the ticket is valid.
 * @param {Ticket} ticket
 * @param {Order} order
 */
function typeOf({ categoria, preco }, { estado }) {
  const needsProof = categoria !== "inteira" && estado === "confirmado";
  return [
    make("p", { text: `${t(`category.${categoria}`)} · ${money(preco)}` }),
    ...(needsProof ? [make("p", { class: "quiet", text: t(`proof.${categoria}`) })] : []),
  ];
}

/** @param {Ticket} ticket @param {() => void} show */
function codeOf({ assento, qr }, show) {
  const place = placeOf(assento);
  const button = make(
    "button",
    {
      class: "stub-code",
      type: "button",
      "data-action": "show-one",
      "aria-label": t("receipt.show_one", { place }),
    },
    make("img", { class: "qr", src: qr, alt: t("receipt.qr", { seat: place }) }),
    icon("fit"),
  );
  button.onclick = show;
  return button;
}

/** "qui 26/11 · 17h45 · Sala 1", without what is unknown. @param {Order} order */
export const whenOf = ({ sessao }) =>
  [sessao.id && dayAndHour(sessao.inicio), sessao.sala && wordsOf(sessao).room]
    .filter(Boolean)
    .join(" · ");
