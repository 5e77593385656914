// @ts-check
/**
 * The view of one session: connects its parts. Frames change the store; changed seats are
 * repainted.
 */
import { Activity } from "./activity.js";
import { isReachable, renewIdentity, socketUrl } from "./api.js";
import { Checkout } from "./checkout.js";
import { Choosing } from "./choosing.js";
import { Company } from "./company.js";
import { Connection } from "./connection.js";
import { make, part } from "./dom.js";
import { Extras } from "./extras.js";
import { FirstTouch } from "./first-touch.js";
import { dayAndHour, filmLength, isoDay } from "./format.js";
import { asInProgramme } from "./language.js";
import { Legend } from "./legend.js";
import { LineStatus } from "./line-status.js";
import { Notice } from "./notice.js";
import { OwnSeats } from "./own-seats.js";
import { Repaint } from "./repaint.js";
import { Room } from "./room.js";
import { audioOf, roomOf } from "./sessions.js";
import { Sales } from "./sales.js";
import { SeatList } from "./seat-list.js";
import { SeatMap } from "./seat-map.js";
import { SeatStore } from "./store.js";
import { Toolbar } from "./toolbar.js";
import { watchTheWorld } from "./world.js";
import { MapZoom } from "./zoom.js";

/** @typedef {import("./api.js").SessionMap} SessionMap */
/** @typedef {import("./protocol.js").Frame} Frame */

export class SessionView {
  #repaint = new Repaint((seats, lively) => this.#paint(seats, lively));
  #serviceLive = true;
  #cameCloser = false;
  /** The last pointer on the map: mouse, pen or touch. */
  #pointer = "";

  /** @param {SessionMap} session @param {HTMLElement} root */
  constructor(session, root) {
    this.session = session;
    this.root = root;
    this.room = new Room(session.fileiras);
    this.store = new SeatStore();
    const stateOf = this.store.stateOf.bind(this.store);
    this.connection = new Connection(
      socketUrl(session.id),
      (frame) => this.#receive(frame),
      () => this.#lineChanged(),
      isReachable,
    );
    this.line = new LineStatus(root, () => (this.store.msLeft ?? 0) > 0);
    this.ownSeats = new OwnSeats(session.id, part(root, "own"));
    this.sales = new Sales(root, session, () => this.#repaint.mark([]));
    this.legend = new Legend(part(root, "legend"), this.room);
    this.activity = new Activity(part(root, "activity"));
    this.notice = new Notice(root);
    this.choosing = new Choosing(
      this.store,
      this.connection,
      this.room,
      this.notice,
      (seats) => this.#repaint.mark(seats),
      session.limite_assentos,
    );
    this.zoom = new MapZoom(part(root, "map"), part(root, "hall"), part(root, "grid"), this.room);
    this.map = new SeatMap(part(root, "grid"), this.room, stateOf, (seat, button, event) =>
      this.#tapped(seat, button, event),
    );
    this.touch = new FirstTouch(this);
    this.list = new SeatList(part(root, "list"), this.room, stateOf, (seat) =>
      this.touch.of(seat, () => this.company.tap(seat)),
    );
    this.extras = new Extras(this);
    this.company = new Company(this);
    this.toolbar = new Toolbar(root, session.limite_assentos, this.zoom, this.list, this.company);
    this.checkout = new Checkout(root, session, {
      room: this.room,
      store: this.store,
      connection: this.connection,
      choosing: this.choosing,
      notice: this.notice,
      repaint: () => this.#repaint.mark([]),
      repriced: (fresh) => this.#repriced(fresh),
    });
  }

  start() {
    this.#describe();
    this.map.start();
    this.zoom.start();
    this.extras.start();
    part(this.root, "grid").addEventListener(
      "pointerdown",
      ({ pointerType }) => (this.#pointer = pointerType),
    );
    watchTheWorld(this.connection, this.sales, () => this.#lineChanged());
    this.connection.start();
    void this.company.start();
  }

  #describe() {
    const { filme, inicio } = this.session;
    document.title = `${filme.titulo} · ${dayAndHour(inicio)}`;
    part(this.root, "art").setAttribute("src", filme.art);
    part(this.root, "back").setAttribute("href", `/?dia=${isoDay(new Date(inicio))}`);
    part(this.root, "title").replaceChildren(
      make("span", { text: filme.titulo, ...asInProgramme }),
    );
    part(this.root, "summary").replaceChildren(
      roomOf(this.session),
      make("span", { text: dayAndHour(inicio) }),
      audioOf(this.session),
      make("span", { class: "extra", text: filmLength(filme.duracao_min) }),
    );
    this.legend.render();
  }

  /**
   * A tap on a small seat zooms first. The second click of a double click is ignored, since it
   * would release the seat, unless the first one only zoomed.
   * @param {string} seat
   * @param {HTMLElement} button
   * @param {MouseEvent} event
   */
  #tapped(seat, button, event) {
    // Only Chromium has `pointerType` on a click.
    const byFinger = event.detail > 0 && /touch|pen/.test(this.#pointer);
    const closer = byFinger && this.zoom.isSmall;
    if (closer) {
      this.zoom.approach(button);
      void this.extras.explainZoom();
    } else if (event.detail < 2 || this.#cameCloser) {
      this.notice.over("closer");
      this.touch.of(seat, () => this.company.tap(seat));
    }
    this.#cameCloser = closer;
  }

  /** @param {Frame} frame */
  #receive(frame) {
    if (frame.kind === "audience") this.activity.audience(frame.count);
    if (frame.kind === "reply" && frame.type === "conexao") this.#turnedAway(frame);
    if (frame.kind === "live") {
      this.#serviceLive = frame.live;
      this.#lineChanged();
    }
    if (frame.kind === "mine") void this.ownSeats.update(frame.bought);
    this.checkout.receive(frame);
    const wasKnown = this.store.isKnown;
    this.#apply(this.store.apply(frame));
    if (!wasKnown && this.store.isKnown) this.#repaint.follow(this.room.seats.keys(), false);
    if (frame.kind !== "snapshot") return;
    void this.extras.showFilm();
    if (frame.edition !== this.session.edicao) void this.sales.changed();
    else this.sales.removed(false);
  }

  /** @param {import("./store.js").Effect} effect */
  #apply({ changed, expired, news, gap }) {
    if (gap) this.connection.check();
    this.#repaint.follow(changed, news.length > 0);
    if (expired.length) this.choosing.expired(expired.sort());
  }

  /** The gateway says why before it hangs up. @param {import("./protocol.js").Reply} reply */
  async #turnedAway(reply) {
    if (reply.reason === "sessao_desconhecida") return this.sales.removed(true);
    this.notice.show(reply.reason, this.choosing.reasonText(reply));
    if (reply.reason !== "identidade_invalida" || !(await renewIdentity())) return;
    this.connection.stop();
    this.connection.start();
  }

  #lineChanged() {
    const { state } = this.connection;
    if (state === "reconnecting") this.#serviceLive = true;
    if (state === "live") this.line.set(this.#serviceLive ? "live" : "paused");
    else this.line.set(navigator.onLine ? state : "offline");
    if (state !== "live") return;
    this.notice.over("not_live");
    this.checkout.resume();
  }

  /** The programme has other prices than when the page was opened. @param {SessionMap} fresh */
  #repriced(fresh) {
    this.room.reprice(fresh.fileiras);
    this.legend.render();
    this.map.rename();
    this.list.rename();
    this.#repaint.mark([]);
  }

  get #free() {
    const { sold, held } = this.store.counts;
    return this.room.seats.size - sold - held;
  }

  /** @param {string[]} seats @param {boolean} lively */
  #paint(seats, lively) {
    this.map.paint(seats, lively);
    this.list.paint(seats);
    this.extras.changed();
    this.legend.meet(seats.map((seat) => this.store.stateOf(seat)));
    if (this.store.version >= 0) this.activity.free(this.#free, this.room.seats.size);
    this.sales.update(this.store);
    this.line.sales(this.sales.message(this.store), this.sales.closed !== "");
    this.toolbar.selling(this.#free > 0);
    this.checkout.render(this.sales.closed);
    this.company.painted();
  }
}
