// @ts-check
/** One ticket of an order: what is shown at the door, on a screen or on a sheet of paper of its own. */
import { make } from "./dom.js";
import { dayAndHour, money } from "./format.js";
import { wordsOf } from "./session-words.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Order} Order */

/** @param {Order["ingressos"][number]} ticket @param {Order} order */
export function stubOf({ assento, categoria, preco, qr }, order) {
  const category = t(`categoria.${categoria}`);
  const stub = make("li", { class: "stub", "data-ingresso": assento, "data-categoria": categoria },
    make("div", { class: "stub-text" },
      make("p", { class: "stub-print", text: printedOf(order) }),
      make("h2", { text: assento }),
      make("p", { text: `${category} · ${money(preco)}` }),
      ...(categoria === "inteira" ? [] : [make("p", { class: "quiet", text: t(`prova.${categoria}`) })]),
      make("p", { class: "stub-print code-text", text: order.codigo })));
  if (order.estado === "confirmado") {
    stub.append(make("img", { class: "qr", src: qr, alt: t("ordem.qr", { assento }), width: 132, height: 132 }));
  }
  return stub;
}

/** What the page says once, said again on each sheet. @param {Order} order */
function printedOf({ sessao, nome }) {
  const session = sessao.id ? [sessao.filme.titulo, dayAndHour(sessao.inicio), wordsOf(sessao).room] : [];
  return [...session, nome].filter(Boolean).join(" · ");
}
