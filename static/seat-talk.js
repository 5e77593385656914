// @ts-check
/**
 * Notices at the touch of special seats. A wheelchair space or a companion's seat asks once whether
 * it is needed, since not everybody knows the icon; a sofa says that it is two seats; an own bought
 * seat leads to its ticket.
 */
import { money } from "./format.js";
import { addTexts } from "./language.js";
import { ticketsOf } from "./notice.js";
import { releaseSeats } from "./protocol.js";
import { enumerate, t } from "./text.js";

/** @typedef {import("./room.js").Seat} Seat */

await addTexts("seat");

export class SeatTalk {
  /** Kinds that were explained already. @type {Set<string>} */
  #known = new Set();

  /**
   * @param {import("./room.js").Room} room
   * @param {import("./notice.js").Notice} notice
   * @param {import("./connection.js").Connection} connection
   */
  constructor(room, notice, connection) {
    this.room = room;
    this.notice = notice;
    this.connection = connection;
  }

  /**
   * A request to release it is refused with its order's link.
   * @param {Seat} seat a seat that this buyer has bought
   */
  async bought({ name }) {
    const { link } = await this.connection.request(releaseSeats([name]));
    this.notice.show("bought", t("special.bought", { seat: name }), link ? [ticketsOf(link)] : []);
  }

  /** @param {Seat} seat a free seat @param {() => void} take */
  touched(seat, take) {
    if (this.#known.has(seat.kind)) take();
    else if (seat.kind === "casal") this.#sofa(seat, take);
    else this.#ask(seat, take);
  }

  /**
   * Asks before it takes the seat, since others may need it.
   * @param {Seat} seat
   * @param {() => void} take
   */
  #ask({ name, kind }, take) {
    const { root } = this.notice;
    const back = /** @type {HTMLElement|null} */ (document.activeElement);
    const accept = () => {
      // The wheelchair space's text explains the companion's seat, too.
      this.#known.add(kind).add("acompanhante");
      back?.focus();
      take();
    };
    this.notice.show(
      kind,
      t(kind === "cadeirante" ? "special.cadeirante" : "special.acompanhante", { seat: name }),
      [
        { text: t("special.take", { seat: name }), do: accept },
        { text: t("special.another"), do: () => back?.focus() },
      ],
    );
    root.tabIndex = -1;
    root.focus();
  }

  /** @param {Seat} seat @param {() => void} take */
  #sofa({ name, kind, price }, take) {
    this.#known.add(kind);
    take();
    const other = this.room.seats.get(this.room.otherHalves.get(name) ?? "");
    if (!other) return;
    const sofa = {
      seats: enumerate([name, other.name].sort()),
      price: money(price + other.price),
    };
    this.notice.show(kind, t("special.casal", sofa));
  }
}
