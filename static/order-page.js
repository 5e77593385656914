// @ts-check
/** `/pedido/<id>.<token>`: the tickets, what became of their mail, and the way to give them back. */
import { calendarPath, fetchOrder, persist, sessionPath } from "./api.js";
import { CancelDialog } from "./cancel-dialog.js";
import { action, make, part, show, showMessage } from "./dom.js";
import { dayAndHour, filmLength, money } from "./format.js";
import { addTexts, asInProgramme } from "./language.js";
import { openOrder, tidyAddress } from "./order-access.js";
import { OrderMail } from "./order-mail.js";
import { difference } from "./session-change.js";
import { audioOf, wordsOf } from "./session-words.js";
import { hasText, t } from "./text.js";
import { stubOf } from "./ticket-stub.js";

/** @typedef {import("./api.js").Order} Order */

await addTexts("order");

class OrderPage {
  #shown = "";

  /** @param {Order} order @param {string} reference @param {HTMLElement} root */
  constructor(order, reference, root) {
    this.order = order;
    this.reference = reference;
    this.root = root;
    this.mail = new OrderMail(root, reference, () => this.#look());
    this.cancelDialog = new CancelDialog(root, reference, () => this.#look());
  }

  start() {
    action(this.root, "imprimir").onclick = () => print();
    action(this.root, "cancelar").onclick = () => this.cancelDialog.open(this.order);
    part(this.root, "calendar").setAttribute("href", calendarPath(this.reference));
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
    this.#render();
  }

  /** Asks what the order is now; without an answer what is shown stays. */
  async #look() {
    const { data } = await fetchOrder(this.reference);
    if (!data) return this.mail.unanswered();
    this.order = data;
    this.#render();
  }

  #render() {
    const { email_estado, email_motivo, ...rest } = this.order;
    this.mail.render(this.order);
    const key = JSON.stringify(rest);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#describe(this.order);
    this.#offer(this.order);
    part(this.root, "stubs").replaceChildren(...this.order.ingressos.map((ticket) => stubOf(ticket, this.order)));
  }

  /** @param {Order} order */
  #describe({ sessao, estado, assentos, total, codigo }) {
    const { root } = this;
    const film = sessao.filme.titulo || t("ordem.titulo");
    document.title = `${film} · ${codigo}`;
    part(root, "receipt").dataset.estado = estado;
    part(root, "state").textContent = t(estado === "cancelado" ? "ordem.cancelado" : "ordem.confirmado");
    part(root, "art").hidden = !sessao.filme.art;
    if (sessao.filme.art) part(root, "art").setAttribute("src", sessao.filme.art);
    part(root, "film").replaceChildren(make("span", { text: film, ...(sessao.filme.titulo ? asInProgramme : {}) }));
    part(root, "summary").replaceChildren(...(sessao.filme.titulo
      ? [filmLength(sessao.filme.duracao_min), " · ", audioOf(sessao)] : []));
    part(root, "code").textContent = codigo;
    part(root, "count").textContent = t("pedido.quantas", { n: assentos.length });
    part(root, "total").textContent = money(total);
    part(root, "facts").replaceChildren(...factsOf(this.order));
    this.#tellChange(this.order);
  }

  /** What was sold and what is, and the cinema's own words about it. @param {Order} order */
  #tellChange({ estado, sessao, sessao_atual, alteracao }) {
    const place = part(this.root, "changed");
    place.hidden = !alteracao || estado === "cancelado";
    const told = sessao_atual ? difference(sessao, sessao_atual) : "";
    place.replaceChildren(make("span", { text: alteracao, ...asInProgramme }), ` ${told}`);
  }

  /** What can be done with the order as it stands. @param {Order} order */
  #offer({ estado, assentos, sessao, pode_gerir, cancelavel, cancelavel_ate }) {
    const { root } = this;
    const cancelled = estado === "cancelado";
    const when = dayAndHour(cancelavel_ate);
    for (const name of ["calendar", "show"]) part(root, name).hidden = cancelled;
    action(root, "imprimir").hidden = cancelled;
    action(root, "cancelar").hidden = !cancelavel || !pode_gerir;
    part(root, "cancel").hidden = cancelled || !pode_gerir;
    part(root, "view-only").hidden = cancelled || pode_gerir;
    part(root, "cancel-until").textContent = t(cancelavel ? "ordem.cancelar_ate" : "ordem.cancelar_tarde", { quando: when });
    part(root, "cancelled").textContent = cancelled ? t("ordem.cancelado_texto", { n: assentos.length }) : "";
    const again = part(root, "again");
    again.hidden = !cancelled || sessao.encerrada;
    again.setAttribute("href", sessionPath(sessao.id));
  }
}

/** @param {Order} order */
function factsOf({ sessao, assentos, nome, cpf, dados_apagados, forma, criado_em }) {
  const buyer = dados_apagados ? t("ordem.dados_apagados") : [nome, cpf].filter(Boolean).join(" · ");
  const paid = `ordem.forma_${forma}`;
  return [
    ...fact("quando", t("ordem.quando"), dayAndHour(sessao.inicio)),
    ...(sessao.sala ? fact("sala", t("ordem.sala"), wordsOf(sessao).room) : []),
    ...fact("assentos", t("ordem.poltronas", { n: assentos.length }), assentos.join(" · ")),
    ...(buyer ? fact("nome", t("ordem.comprador"), buyer) : []),
    ...(hasText(paid) ? fact("forma", t("ordem.pagou"), t(paid)) : []),
    ...fact("feito", t("ordem.feito"), dayAndHour(criado_em)),
  ];
}

/** @param {string} name for tests @param {string} term @param {string} value */
const fact = (name, term, value) => [make("dt", { text: term }), make("dd", { text: value, "data-fato": name })];

async function start() {
  const [, named] = /^\/pedido\/([^/]+)\/?$/.exec(location.pathname) ?? ["", ""];
  const { data, reference } = await persist(() => openOrder(decodeURIComponent(named)),
    () => showMessage(t("ordem.falhou"), t("ordem.falhou_texto"), () => location.reload()));
  if (data) {
    tidyAddress(reference, data);
    new OrderPage(data, reference, show("order-view")).start();
  } else showMessage(t("ordem.nao_existe"), t("ordem.nao_existe_texto"), null);
}

start();
