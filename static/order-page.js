// @ts-check
/** `/pedido/<id>.<token>`: the tickets, the state of their mail, and cancellation. */
import { calendarPath, fetchOrder, pdfPath, persist, sessionPath } from "./api.js";
import { CancelDialog, refundText } from "./cancel-dialog.js";
import { Carousel } from "./carousel.js";
import { action, make, part } from "./dom.js";
import { Door } from "./door.js";
import { dayAndHour, filmLength, money } from "./format.js";
import { addTexts, asInProgramme } from "./language.js";
import { lazily } from "./lazy.js";
import { openOrder, tidyAddress } from "./order-access.js";
import { OrderMail } from "./order-mail.js";
import { difference } from "./session-change.js";
import { audioOf, wordsOf } from "./sessions.js";
import { hasText, t } from "./text.js";
import { givenBackOf, placesOf, stubOf, whenOf } from "./ticket-stub.js";
import { show, showMessage } from "./view.js";

/** @typedef {import("./api.js").Order} Order */

await addTexts("order");

class OrderPage {
  #shown = "";

  /** @param {Order} order @param {string} reference @param {HTMLElement} root */
  constructor(order, reference, root) {
    this.order = order;
    this.reference = reference;
    this.root = root;
    this.mail = new OrderMail(root, reference, () => this.#refresh());
    this.cancelDialog = new CancelDialog(root, reference, () => this.#refresh());
    this.door = new Door(root);
    this.carousel = new Carousel(
      part(root, "stubs"),
      action(root, "previous"),
      action(root, "next"),
    );
  }

  start() {
    action(this.root, "print").onclick = () => print();
    action(this.root, "show").onclick = () => this.door.open(this.order, this.carousel.index);
    action(this.root, "cancel").onclick = () =>
      this.cancelDialog.open(this.order, this.order.assentos);
    part(this.root, "calendar").setAttribute("href", calendarPath(this.reference));
    part(this.root, "pdf").setAttribute("href", pdfPath(this.reference));
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh());
    addEventListener("online", () => this.#refresh());
    addEventListener("pageshow", ({ persisted }) => void (persisted && this.#refresh()));
    this.#render();
  }

  /** Fetches the order again; without an answer the view stays. */
  async #refresh() {
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
    this.#tickets(this.order);
    this.#keep(this.order);
    void this.#offerToInvite(this.order);
  }

  /** Caches the order for offline use; an order from the cache says so. @param {Order} order */
  #keep(order) {
    const place = part(this.root, "offline");
    place.hidden = !order.guardado_em;
    if (order.guardado_em)
      place.textContent = t("receipt.offline", { when: dayAndHour(order.guardado_em) });
    else void offline((kept) => kept.keepForOffline(order));
  }

  /** @param {Order} order */
  #tickets(order) {
    const { ingressos, devolvidos, cancelavel, pode_gerir } = order;
    const several = cancelavel && pode_gerir && ingressos.length > 1;
    this.door.close();
    part(this.root, "stubs").replaceChildren(
      ...ingressos.map((ticket, index) =>
        stubOf(ticket, order, {
          show: () => this.door.open(order, index),
          cancel: several
            ? () => this.cancelDialog.open(order, [ticket.assento, ticket.vai_com].filter(Boolean))
            : null,
        }),
      ),
    );
    this.carousel.update();
    const back = part(this.root, "given-back");
    back.hidden = !devolvidos.length;
    part(back, "given-back-list").replaceChildren(...devolvidos.map(givenBackOf));
    part(back, "given-back-text").textContent =
      order.estado === "cancelado" ? "" : refundText(order, devolvidos);
  }

  /** @param {Order} order */
  #describe({ sessao, estado, assentos, total, codigo }) {
    const { root } = this;
    const film = sessao.filme.titulo || t("receipt.title");
    document.title = `${film} · ${codigo}`;
    part(root, "receipt").dataset.state = estado;
    part(root, "state").textContent = t(
      estado === "cancelado" ? "receipt.cancelled" : "receipt.confirmed",
    );
    part(root, "art").hidden = !sessao.filme.art;
    if (sessao.filme.art) part(root, "art").setAttribute("src", sessao.filme.art);
    part(root, "film").replaceChildren(
      make("span", { text: film, ...(sessao.filme.titulo ? asInProgramme : {}) }),
    );
    part(root, "summary").replaceChildren(
      make("strong", { text: whenOf(this.order) }),
      ...(sessao.filme.titulo
        ? [`${filmLength(sessao.filme.duracao_min)} · `, audioOf(sessao)]
        : []),
    );
    part(root, "code").textContent = codigo;
    part(root, "count").textContent = t("order.count", { n: assentos.length });
    part(root, "total").textContent = money(total);
    part(root, "facts").replaceChildren(...factsOf(this.order));
    this.#showChange(this.order);
  }

  /**
   * Says what was sold, what the session is now, and the cinema's sentence about it.
   * @param {Order} order
   */
  #showChange({ estado, sessao, sessao_atual, alteracao }) {
    const place = part(this.root, "changed");
    place.hidden = !alteracao || estado === "cancelado";
    const change = sessao_atual ? difference(sessao, sessao_atual) : "";
    place.replaceChildren(make("span", { text: alteracao, ...asInProgramme }), ` ${change}`);
  }

  /** Offered while the session still sells seats. @param {Order} order */
  async #offerToInvite({ estado, sessao_atual, assentos, guardado_em }) {
    const session =
      estado === "confirmado" && !guardado_em && !sessao_atual?.encerrada ? sessao_atual : null;
    // Loaded before the click: a browser opens its share sheet only within the click's event.
    const sharing = session && (await lazily(() => import("./sharing.js")));
    const button = action(this.root, "invite");
    button.hidden = !sharing;
    if (sharing)
      button.onclick = async () => {
        part(this.root, "invited").textContent =
          (await sharing.share(session, assentos))?.text ?? "";
      };
  }

  /** What can be done with the order now. @param {Order} order */
  #offer(order) {
    const {
      estado,
      assentos,
      ingressos,
      devolvidos,
      sessao,
      pode_gerir,
      cancelavel,
      cancelavel_ate,
      guardado_em,
    } = order;
    const { root } = this;
    const cancelled = estado === "cancelado";
    const when = dayAndHour(cancelavel_ate);
    part(root, "show").hidden = cancelled;
    for (const name of ["calendar", "pdf"])
      part(root, name).hidden = cancelled || Boolean(guardado_em);
    for (const name of ["print", "show"]) action(root, name).hidden = cancelled;
    action(root, "cancel").hidden = !cancelavel || !pode_gerir;
    action(root, "cancel").textContent = t(
      assentos.length > 1 ? "receipt.cancel" : "receipt.cancel_one",
    );
    part(root, "cancel").hidden = cancelled || !pode_gerir;
    part(root, "view-only").hidden = cancelled || pode_gerir || Boolean(guardado_em);
    part(root, "cancel-until").textContent = t(
      cancelavel ? "receipt.cancel_until" : "receipt.cancel_late",
      { when },
    );
    const words = cancelled
      ? [
          t("receipt.cancelled_text", { n: assentos.length }),
          refundText(order, [...ingressos, ...devolvidos]),
        ]
      : [];
    part(root, "cancelled").textContent = words.join(" ");
    const again = part(root, "again");
    again.hidden = !cancelled || sessao.encerrada;
    again.setAttribute("href", sessionPath(sessao.id));
  }
}

/** @param {Order} order */
function factsOf({ sessao, assentos, nome, cpf, dados_apagados, forma, criado_em }) {
  const buyer = dados_apagados ? t("receipt.erased") : [nome, cpf].filter(Boolean).join(" · ");
  const paid = `receipt.method_${forma}`;
  return [
    ...fact("when", t("receipt.when"), dayAndHour(sessao.inicio)),
    ...(sessao.sala ? fact("room", t("receipt.room"), wordsOf(sessao).room) : []),
    ...fact("seats", t("receipt.seats", { n: assentos.length }), placesOf(assentos)),
    ...(buyer ? fact("name", t("receipt.buyer"), buyer) : []),
    ...(hasText(paid) ? fact("method", t("receipt.paid_with"), t(paid)) : []),
    ...fact("bought", t("receipt.bought"), dayAndHour(criado_em)),
  ];
}

/** @param {string} name for tests @param {string} term @param {string} value */
const fact = (name, term, value) => [
  make("dt", { text: term }),
  make("dd", { text: value, "data-fact": name }),
];

/**
 * Loaded after the order is shown.
 * @param {(kept: typeof import("./order-offline.js")) => void} use
 */
const offline = async (use) => {
  const kept = await lazily(() => import("./order-offline.js"));
  if (kept) use(kept);
};

async function start() {
  const [, named] = /^\/pedido\/([^/]+)\/?$/.exec(location.pathname) ?? ["", ""];
  const { data, reference } = await persist(
    () => openOrder(decodeURIComponent(named)),
    () => showMessage(t("receipt.failed"), t("receipt.failed_text"), () => location.reload()),
  );
  if (data) {
    tidyAddress(reference, data);
    new OrderPage(data, reference, show("order-view")).start();
  } else {
    showMessage(t("receipt.unknown"), t("receipt.unknown_text"), null);
    void offline((kept) => kept.forget(location.pathname));
  }
}

start();
