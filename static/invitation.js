// @ts-check
/**
 * The map as invited friends see it: the inviting buyer's seats and the free ones beside them are
 * marked. The link names seats and nothing else, so a changed link marks other seats and shows
 * nothing more.
 */
import { addTexts } from "./language.js";
import { INVITATION } from "./sharing.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */

/** The most seats that a link may name. */
const MOST = 12;
/** Free seats that are marked on each side. */
const REACH = 3;
const OFFERED = 2;
/** Seats for anybody. */
const FOR_FRIENDS = /^(comum|premium|casal)$/;

await addTexts("party");

/**
 * @param {import("./session-view.js").SessionView} view
 * @returns {Invitation|null} null: the link names no seat of this room
 */
export function invitationTo(view) {
  const names = new Set((new URLSearchParams(location.search).get(INVITATION) ?? "").split("-"));
  const seats = [...names].flatMap((name) => view.room.seats.get(name) ?? []).slice(0, MOST);
  return seats.length ? new Invitation(view, seats) : null;
}

class Invitation {
  #isAnnounced = false;

  /** @param {import("./session-view.js").SessionView} view @param {Seat[]} seats */
  constructor(view, seats) {
    this.view = view;
    this.seats = seats;
  }

  /** The map has changed. */
  refresh() {
    const { store, map } = this.view;
    if (store.version < 0) return;
    if (!this.#isAnnounced) this.#announce();
    this.#isAnnounced = true;
    map.mark("friend", this.#isOver ? [] : this.#friends.map(({ name }) => name));
    map.mark("beside", this.#isOver ? [] : this.#sides.flat());
  }

  #announce() {
    const { notice, zoom } = this.view;
    const friends = this.#friends.map(({ name }) => name);
    // the buyer's own link
    if (this.seats.every(({ name }) => /^(mine|bought)$/.test(this.#state(name)))) return;
    if (this.#isOver)
      return notice.show(
        "invitation",
        t("invitation.late", about(this.seats.map(({ name }) => name))),
      );
    if (friends.length) this.#announceSeats(friends);
    else this.#announceReleased();
    zoom.show(
      this.seats.map(({ name }) => name),
      notice.root,
    );
  }

  /** @param {string[]} friends */
  #announceSeats(friends) {
    const { room, notice } = this.view;
    const beside = this.#sides.map((side) => side.slice(0, 1));
    const offers = beside.length
      ? beside
      : room.nearest(friends, (name) => this.#state(name) === "free", OFFERED, 1);
    notice.show(
      "invitation",
      t(beside.length ? "invitation.beside" : "invitation.full", about(friends)),
      offers.slice(0, OFFERED).map((group) => this.#offer(group)),
    );
  }

  #announceReleased() {
    const free = this.seats.map(({ name }) => name).filter((name) => this.#state(name) === "free");
    if (free.length)
      this.view.notice.show("invitation", t("invitation.released", about(free)), [
        this.#offer(free),
      ]);
  }

  /** @param {string[]} seats */
  #offer(seats) {
    return {
      text: t("notice.take", { seat: enumerate(seats) }),
      do: () => void this.view.choosing.hold(seats),
    };
  }

  /** Seats of the link that somebody else has; who that is stays unknown. */
  get #friends() {
    return this.seats.filter(({ name }) => /^(held|sold)$/.test(this.#state(name)));
  }

  /** The free seats on each side of the friends' seats, nearest first. @returns {string[][]} */
  get #sides() {
    return this.#friends
      .flatMap((friend) => [-1, 1].map((step) => this.#beside(friend, step)))
      .filter(({ length }) => length);
  }

  /** @param {Seat} friend @param {number} step */
  #beside({ line, column }, step) {
    const found = [];
    for (let away = 1; away <= REACH; away++) {
      const seat = this.view.room.rows[line].seats.find(
        (other) => other.column === column + step * away,
      );
      if (!seat || !FOR_FRIENDS.test(seat.kind) || this.#state(seat.name) !== "free") break;
      found.push(seat.name);
    }
    return found;
  }

  get #isOver() {
    return this.view.sales.closed !== "";
  }

  /** @param {string} name */
  #state(name) {
    return this.view.store.stateOf(name);
  }
}

/** @param {string[]} seats */
const about = (seats) => ({ n: seats.length, seats: enumerate(seats) });
