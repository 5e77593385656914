// @ts-check
/**
 * The state of every seat of a session, as the gateway reported it: the single source for all
 * views. A change returns the changed seats; the views then read their states.
 */

/** @typedef {import("./protocol.js").Change} Change */
/** @typedef {import("./protocol.js").Taken} Taken */
/**
 * @typedef {"unknown"|"free"|"asking"|"mine"|"bought"|"held"|"sold"} SeatState `held` and `sold`:
 * by somebody else
 */
/**
 * The effect of a frame.
 * @typedef {object} Effect
 * @property {Set<string>} changed seats to render again
 * @property {string[]} expired own seats whose hold ended
 * @property {Change[]} news live changes, for animation and the activity line
 * @property {boolean} gap changes were missed: ask for a resync
 */

/** A hold that disappears with less time left has expired; with more, it was released elsewhere. */
const ENDED_MS = 2000;

export class SeatStore {
  /** The version of the last known change; -1 before the first snapshot and after a gap. */
  version = -1;
  /** Whether a snapshot has arrived: before that, no seat may look free. */
  isKnown = false;
  /** @type {Map<string, Taken>} */
  #taken = new Map();
  /** Own seats, each with the end of its hold. @type {Map<string, number>} */
  #mine = new Map();
  /** Seats that this buyer has bought, on any page. @type {Set<string>} */
  #bought = new Set();
  /** Own seats that were released, while the map still shows them as held. @type {Set<string>} */
  #given = new Set();
  /** Seats with a request under way. @type {Map<string, "hold"|"release">} */
  #asked = new Map();

  /** @param {() => number} [now] monotonic milliseconds, since the computer's clock may be wrong */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** @param {string} seat @returns {SeatState} */
  stateOf(seat) {
    const asked = this.#asked.get(seat);
    if (asked === "hold") return "asking";
    if (this.#bought.has(seat)) return "bought";
    if (this.#mine.has(seat)) return asked === "release" || this.#given.has(seat) ? "free" : "mine";
    return this.#taken.get(seat) ?? (this.isKnown ? "free" : "unknown");
  }

  /** @param {string} seat */
  isAsked(seat) {
    return this.#asked.has(seat);
  }

  /** @param {string} seat */
  isOnMap(seat) {
    return this.#taken.has(seat);
  }

  /** Own seats by name. */
  get mine() {
    return [...this.#mine.keys()].filter((seat) => !this.#given.has(seat)).sort();
  }

  /** Bought seats by name. */
  get bought() {
    return [...this.#bought].sort();
  }

  /** Milliseconds until the first own hold ends, or null. */
  get msLeft() {
    const ends = this.mine.map((seat) => this.#mine.get(seat) ?? 0);
    return ends.length ? Math.max(0, Math.min(...ends) - this.now()) : null;
  }

  /** How many seats are sold, and how many are held by anybody. */
  get counts() {
    let sold = 0;
    for (const state of this.#taken.values()) sold += state === "sold" ? 1 : 0;
    return { sold, held: this.#taken.size - sold };
  }

  /** @param {import("./protocol.js").Frame} frame @returns {Effect} */
  apply(frame) {
    if (frame.kind === "snapshot") return this.#snapshot(frame);
    if (frame.kind === "update") return this.#update(frame);
    if (frame.kind === "mine") return this.#holds(frame);
    return effect();
  }

  /**
   * Marks the seats of a request that is under way.
   * @param {Iterable<string>} seats
   * @param {"hold"|"release"} wish
   */
  ask(seats, wish) {
    for (const seat of seats) this.#asked.set(seat, wish);
  }

  /**
   * The request is answered: its seats show the known state again.
   * @param {Iterable<string>} seats
   */
  answered(seats) {
    for (const seat of seats) this.#asked.delete(seat);
  }

  /**
   * A reply granted seats; `meus_assentos` informs the buyer's other pages.
   * @param {string[]} seats
   * @param {number} ms
   */
  granted(seats, ms) {
    for (const seat of seats) {
      this.#mine.set(seat, this.now() + ms);
      this.#given.delete(seat);
    }
  }

  /**
   * A reply sold seats; `meus_assentos` informs the buyer's other pages.
   * @param {string[]} seats
   */
  sold(seats) {
    for (const seat of seats) {
      this.#bought.add(seat);
      this.#mine.delete(seat);
    }
  }

  /**
   * A reply released seats: they are free at once, although the map's update comes later.
   * @param {string[]} seats
   */
  released(seats) {
    for (const seat of seats) if (this.#mine.has(seat)) this.#given.add(seat);
  }

  /** @param {import("./protocol.js").Snapshot} frame */
  #snapshot(frame) {
    const done = effect([...this.#taken.keys(), ...frame.seats.keys()]);
    this.version = frame.version;
    this.isKnown = true;
    this.#taken = new Map(frame.seats);
    this.#given.clear();
    for (const seat of this.#bought)
      if (this.#taken.get(seat) !== "sold") this.#bought.delete(seat);
    for (const seat of this.#mine.keys()) {
      if (this.#taken.get(seat) !== "held") this.#lose(seat, done, !this.#taken.has(seat));
    }
    return done;
  }

  /** @param {import("./protocol.js").Update} frame */
  #update(frame) {
    if (this.version < 0 || frame.version <= this.version) return effect();
    if (frame.since > this.version) {
      this.version = -1;
      return { ...effect(), gap: true };
    }
    this.version = frame.version;
    const done = effect(frame.changes.map((change) => change.seat));
    done.news = frame.changes;
    for (const change of frame.changes) this.#change(change);
    // After the whole frame: a seat that is released and held again within it stays ours.
    for (const { seat, reason } of frame.changes) {
      if (this.#mine.has(seat) && this.#taken.get(seat) !== "held") {
        this.#lose(seat, done, reason === "timeout");
      }
    }
    return done;
  }

  /** @param {Change} change */
  #change({ type, seat }) {
    if (type === "freed") {
      this.#taken.delete(seat);
      this.#given.delete(seat);
      this.#bought.delete(seat);
    }
    if (type === "held" || type === "sold") this.#taken.set(seat, type);
  }

  /** @param {import("./protocol.js").Mine} frame */
  #holds(frame) {
    const done = effect([
      ...this.#mine.keys(),
      ...frame.holds.keys(),
      ...this.#bought,
      ...frame.bought,
    ]);
    this.#bought = new Set(frame.bought);
    for (const seat of frame.bought) this.#mine.delete(seat);
    for (const [seat, end] of this.#mine) {
      if (frame.holds.has(seat)) continue;
      this.#lose(seat, done, end - this.now() < ENDED_MS && this.#taken.get(seat) !== "sold");
    }
    for (const [seat, ms] of frame.holds) this.#mine.set(seat, this.now() + ms);
    return done;
  }

  /** @param {string} seat @param {Effect} done @param {boolean} expired */
  #lose(seat, done, expired) {
    const given = this.#given.delete(seat);
    this.#mine.delete(seat);
    done.changed.add(seat);
    if (expired && !given && this.#asked.get(seat) !== "release") done.expired.push(seat);
  }
}

/** @param {Iterable<string>} [changed] @returns {Effect} */
const effect = (changed = []) => ({ changed: new Set(changed), expired: [], news: [], gap: false });
