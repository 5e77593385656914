// @ts-check
/** `/pedido/<id>`: the proof of a purchase, and what became of its mail. */
import { fetchOrder, mailAgain } from "./api.js";
import { action, make, part, show, showMessage } from "./dom.js";
import { dayAndHour, filmLength, money } from "./format.js";
import { t } from "./text.js";

/** @typedef {import("./api.js").Order} Order */

/** A mail that is on its way is looked after often at first, then ever less. */
const FIRST_LOOK_MS = 1500;
const LONGEST_LOOK_MS = 20000;

export class OrderPage {
  #wait = FIRST_LOOK_MS;
  #timer = 0;

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  async start() {
    const { status, data } = await fetchOrder(this.id);
    if (status === 404) return showMessage(t("ordem.nao_existe"), t("ordem.nao_existe_texto"), null);
    if (!data) return showMessage(t("ordem.falhou"), t("ordem.falhou_texto"), () => location.reload());
    this.root = show("order-view");
    action(this.root, "imprimir").onclick = () => print();
    action(this.root, "reenviar").onclick = () => this.#mailAgain();
    this.#describe(data);
    this.#mail(data);
  }

  /** @param {Order} order */
  #describe({ sessao, estado, assentos, total, nome, cpf, codigo, criado_em }) {
    const root = /** @type {HTMLElement} */ (this.root);
    const film = sessao.filme.titulo || t("ordem.titulo");
    document.title = `${film} · ${codigo}`;
    part(root, "receipt").dataset.estado = estado;
    part(root, "state").textContent = t(estado === "cancelado" ? "ordem.cancelado" : "ordem.confirmado");
    part(root, "film").textContent = film;
    part(root, "summary").textContent = sessao.id && [filmLength(sessao.filme.duracao_min), sessao.idioma].join(" · ");
    part(root, "code").textContent = codigo;
    part(root, "count").textContent = t("pedido.quantas", { n: assentos.length });
    part(root, "total").textContent = money(total);
    part(root, "facts").replaceChildren(
      ...(sessao.id ? fact("quando", t("ordem.quando"), dayAndHour(sessao.inicio)) : []),
      ...(sessao.id ? fact("sala", t("ordem.sala"), sessao.sala) : []),
      ...fact("assentos", t("ordem.poltronas", { n: assentos.length }), assentos.join(" · ")),
      ...fact("nome", t("ordem.comprador"), [nome, cpf].filter(Boolean).join(" · ")),
      ...fact("feito", t("ordem.feito"), dayAndHour(criado_em)));
  }

  /** @param {Order} order */
  #mail({ email, email_estado, email_motivo }) {
    const root = /** @type {HTMLElement} */ (this.root);
    part(root, "mail").dataset.email = email_estado;
    part(root, "mail-text").textContent = [t(mailKey(email_estado), { email }), email_motivo].filter(Boolean).join(" ");
    action(root, "reenviar").hidden = email_estado === "pendente" || email_estado === "sem_endereco";
    if (email_estado !== "pendente") return;
    this.#timer = setTimeout(() => this.#look(), this.#wait);
    this.#wait = Math.min(this.#wait * 1.5, LONGEST_LOOK_MS);
  }

  async #look() {
    clearTimeout(this.#timer);
    const { data } = await fetchOrder(this.id);
    if (data) this.#mail(data);
    else this.#timer = setTimeout(() => this.#look(), this.#wait);
  }

  async #mailAgain() {
    const root = /** @type {HTMLElement} */ (this.root);
    const button = action(root, "reenviar");
    button.disabled = true;
    const { data } = await mailAgain(this.id);
    button.disabled = false;
    part(root, "mail-text").textContent = t(data ? "ordem.reenviado" : "ordem.reenvio_falhou");
    if (!data) return;
    button.hidden = true;
    this.#wait = FIRST_LOOK_MS;
    this.#timer = setTimeout(() => this.#look(), this.#wait);
  }
}

/** @param {Order["email_estado"]} state @returns {import("./text.js").TextKey} */
const mailKey = (state) => `ordem.mail_${state}`;

/** @param {string} name for tests @param {string} term @param {string} value */
const fact = (name, term, value) => [make("dt", { text: term }), make("dd", { text: value, "data-fato": name })];

const order = /^\/pedido\/([^/]+)\/?$/.exec(location.pathname);
new OrderPage(order ? decodeURIComponent(order[1]) : "").start();
