// @ts-check
/**
 * The first touch of a special seat shows what it is. The code for that is loaded at such a touch.
 */
import { loaded } from "./lazy.js";

const SPECIAL = /^(cadeirante|acompanhante|casal)$/;

export class FirstTouch {
  /** @type {Promise<import("./seat-talk.js").SeatTalk|null>|null} */
  #talk = null;

  /** @param {import("./session-view.js").SessionView} view */
  constructor(view) {
    this.view = view;
  }

  /** @param {string} name @param {() => void} take what a touch does otherwise */
  of(name, take) {
    const { room, store, session } = this.view;
    const seat = room.seats.get(name);
    const state = store.stateOf(name);
    const isSpecial = state === "free" && !session.encerrada && SPECIAL.test(seat?.kind ?? "");
    if (seat && state === "bought") void this.#said().then((talk) => talk?.bought(seat));
    else if (seat && isSpecial)
      void this.#said().then((talk) => (talk ? talk.touched(seat, take) : take()));
    else take();
  }

  /** Null if the module could not be loaded; the touch then acts as usual. */
  #said() {
    const { room, notice, connection } = this.view;
    return (this.#talk ??= loaded(() => import("./seat-talk.js")).then(
      ({ SeatTalk }) => new SeatTalk(room, notice, connection),
      () => (this.#talk = null),
    ));
  }
}
