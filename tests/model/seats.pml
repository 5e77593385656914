/*
 * Seats on sale, as lua/ and booking/ sell them: two buyers, two seats, holds that end by time, a
 * Redis that fails over. docs/model.md says which line of it is which line of Lua and Python.
 * `make model` explores it with Spin.
 *
 * One atomic block is one Lua script: Redis runs it whole or not at all. Between two blocks
 * anything may happen: time passes, another script runs, a reply is lost, a process dies, the
 * replica is promoted.
 *
 *   -DFAILOVER     the primary may be lost once, with what the replica lacks; the replica is
 *                  promoted
 *   -DWAIT         a sale is acknowledged once the replica has it (WAITAOF), not as soon as the
 *                  primary has it
 *   -DRELAY_WAIT   the relay sends an order to Kafka once the replica has it
 *   -DLAST=2       time ends after so many ticks: fewer states
 *   -DONE_CASE     one buyer wants both seats, the other one of them: fewer states
 *
 * One guarantee taken away, to show that the model notices:
 *
 *   -DBLIND_SWEEP     a sweeper's script believes what the sweeper read, and does not look again
 *   -DOUTBOX_BESIDE   the booking server writes a sale's message after the script, not in it
 *   -DNO_KEY          no order key: a repeated payment is a new one
 *   -DEARLY_REMOVAL   the relay removes an entry before it sends it
 *   -DLOCK_ALONE      a hold looks at the seats' locks, not at their holds and sales
 */

#define BUYERS 2
#define ORDERS 4            /* an order's number is its buyer's; after the fail-over it is 2 more */
#define BUYER_OF(order) ((order) > BUYERS -> (order) - BUYERS : (order))

#ifndef LAST
#define LAST 3              /* the last tick: what ends later does not end */
#endif
#define HOLD 1              /* ticks a hold lasts */
#define CEILING 2           /* ticks from its beginning, after which it is not extended */

/*
 * What one Redis has. A replica applies whole scripts in their order: it is what its primary was at
 * some time before.
 */
typedef Node {
  byte hold[2];             /* per seat: the buyer who holds it, 0 for nobody */
  byte since[2];            /* when that hold began */
  byte due[2];              /* its deadline, in the due set */
  byte lock[2];             /* the buyer in the lock's value */
  byte ends[2];             /* the lock's time to live, as a time */
  byte sold[2];             /* the order */
  byte key[3];              /* per buyer: the order that the buyer's order key made */
  bool outbox[5]            /* per order: its message waits */
}

Node primary, replica;
byte now = 1;               /* Redis' TIME */
bool failed_over;
bool kafka[5], ledger[5];   /* per order. They are not in Redis, and outlive its fail-over. */

/* What the buyers want and know. Nothing but the checks reads it of others. */
byte wants[3];              /* seats, as bits */
byte acknowledged[3];       /* the order that the buyer was answered with */
bool refused[3];            /* the buyer was answered that nothing was sold */

#define WANTS(buyer, seat) ((wants[buyer] >> (seat)) & 1)
/* Redis never answers with a lock whose time is over, also where it has not removed it yet. */
#define LIVE(seat) (primary.lock[seat] && now <= primary.ends[seat])
#define HELD_BY(me, seat) (primary.hold[seat] == me && primary.lock[seat] == me && LIVE(seat))
#define WITHOUT(me, seat, state) (!WANTS(me, seat) || (state))

inline copy_seat(from, to, seat) {
  to.hold[seat] = from.hold[seat]; to.since[seat] = from.since[seat]; to.due[seat] = from.due[seat];
  to.lock[seat] = from.lock[seat]; to.ends[seat] = from.ends[seat]; to.sold[seat] = from.sold[seat]
}

inline copy(from, to) {
  copy_seat(from, to, 0); copy_seat(from, to, 1);
  to.key[1] = from.key[1]; to.key[2] = from.key[2];
  to.outbox[1] = from.outbox[1]; to.outbox[2] = from.outbox[2];
  to.outbox[3] = from.outbox[3]; to.outbox[4] = from.outbox[4]
}

/* ---------------------------------------- the scripts ---------------------------------------- */

/* lua/hold.lua: free -> held, all or none. Repeating it gives the same answer. */
#ifdef LOCK_ALONE
#define GRANTABLE(me, seat) (!LIVE(seat) || primary.lock[seat] == me)
#else
#define GRANTABLE(me, seat) \
  (primary.hold[seat] == me && primary.due[seat] >= now \
  || !primary.hold[seat] && !primary.sold[seat] && !LIVE(seat))
#endif

inline hold_seat(me, seat) {
  if
  :: WANTS(me, seat) && primary.hold[seat] != me ->
     primary.hold[seat] = me; primary.since[seat] = now; primary.due[seat] = now + HOLD;
     primary.lock[seat] = me; primary.ends[seat] = now + HOLD
  :: else
  fi
}

inline script_hold(me) {
  atomic {
    if
    :: WITHOUT(me, 0, GRANTABLE(me, 0)) && WITHOUT(me, 1, GRANTABLE(me, 1)) ->
       hold_seat(me, 0); hold_seat(me, 1);
       reply = OK; printf("%d: buyer %d holds seats %d\n", now, me, wants[me])
    :: else -> reply = REFUSED; printf("%d: buyer %d is refused seats %d\n", now, me, wants[me])
    fi
  }
}

/* lua/extend.lua: held -> held for longer, up to the ceiling. */
#define LONGEST(seat) \
  (now + HOLD < primary.since[seat] + CEILING -> now + HOLD : primary.since[seat] + CEILING)

inline extend_seat(me, seat) {
  if
  :: WANTS(me, seat) && primary.ends[seat] < LONGEST(seat) ->
     primary.ends[seat] = LONGEST(seat);
     primary.due[seat] = primary.ends[seat]
  :: else
  fi
}

inline script_extend(me) {
  atomic {
    if
    :: WITHOUT(me, 0, HELD_BY(me, 0)) && WITHOUT(me, 1, HELD_BY(me, 1)) ->
       extend_seat(me, 0); extend_seat(me, 1);
       reply = OK; printf("%d: buyer %d extends\n", now, me)
    :: else -> reply = REFUSED
    fi
  }
}

/* lua/confirm.lua: held -> sold, once per order key; the message goes to the outbox in the same
   script. */
inline free_seat(seat) {
  primary.hold[seat] = 0; primary.since[seat] = 0; primary.due[seat] = 0;
  primary.lock[seat] = 0; primary.ends[seat] = 0
}

inline sell_seat(me, seat) {
  if
  :: WANTS(me, seat) -> free_seat(seat); primary.sold[seat] = order
  :: else
  fi
}

inline script_confirm(me) {
  atomic {
    asked_before = failed_over;
    if
#ifndef NO_KEY
    :: primary.key[me] ->
       order = primary.key[me];
       reply = OK; printf("%d: buyer %d's order %d is known\n", now, me, order)
#endif
    :: else ->
       if
       :: WITHOUT(me, 0, HELD_BY(me, 0)) && WITHOUT(me, 1, HELD_BY(me, 1)) ->
          order = (failed_over -> me + BUYERS : me);
          sell_seat(me, 0); sell_seat(me, 1);
          primary.key[me] = order;
#ifndef OUTBOX_BESIDE
          primary.outbox[order] = true;
#endif
          reply = OK; printf("%d: sold to buyer %d: order %d\n", now, me, order)
       :: else -> reply = REFUSED; printf("%d: the sale to buyer %d is refused\n", now, me)
       fi
    fi
  }
}

/* lua/expire.lua: held -> free, by time. Due, and the lock gone: freed, once. */
inline script_expire(seat) {
  atomic {
    if
#ifdef BLIND_SWEEP
    :: primary.hold[seat] ->
#else
    :: primary.due[seat] && primary.due[seat] < now && !LIVE(seat) ->
#endif
       if
       :: LIVE(seat) -> printf("broken: FREED_IN_TIME\n"); assert(false)
       :: else
       fi;
       free_seat(seat); printf("%d: seat %d ends by time\n", now, seat)
    :: else
    fi
  }
}

/* --------------------------------------- the processes --------------------------------------- */

mtype = { OK, REFUSED, UNKNOWN };

/* Twice the answer may be lost: on the wire, or with the booking server that had it. */
inline answered() {
  if
  :: atomic {
       losses -> losses--; reply = UNKNOWN;
       printf("%d: the answer to buyer %d is lost\n", now, me)
     }
  :: true
  fi
}

proctype Buyer(byte me) {
  byte order, losses = 2;
  bool asked_before;
  mtype reply;

  do                                               /* hold */
  :: script_hold(me); answered();
     if :: reply != UNKNOWN -> break :: else fi
  od;
  if
  :: reply == REFUSED -> goto gone
  :: else
  fi;

  if                                               /* extend, or not */
  :: script_extend(me)
  :: true
  fi;

  do                                               /* pay */
  :: script_confirm(me);
#ifdef OUTBOX_BESIDE
     answered();
     if
     :: reply == OK -> primary.outbox[order] = true
     :: else
     fi;
#endif
#ifdef WAIT
     if                                            /* booking/sale_transitions.py */
     :: reply != OK
     :: reply == OK && failed_over == asked_before && replica.key[me] == order
     :: reply == OK && failed_over != asked_before -> reply = UNKNOWN    /* the connection broke */
     fi;
#endif
     answered();
     if
     :: reply == UNKNOWN                           /* asks again, by the same order key */
     :: reply == UNKNOWN -> goto gone              /* or has closed the browser */
     :: else -> break
     fi
  od;
  if
  :: atomic {
       reply == OK -> printf("%d: order %d is acknowledged to buyer %d\n", now, order, me);
       acknowledged[me] = order
     }
  :: else -> refused[me] = true
  fi;

gone:
  skip
}

#define OVERDUE(seat) (primary.due[seat] && primary.due[seat] < now)

proctype Sweeper() {
end:
  do
  :: atomic { OVERDUE(0) -> script_expire(0) }
  :: atomic { OVERDUE(1) -> script_expire(1) }
  od
}

/* What it has read may be long past when its script runs: by then the other sweeper may have freed
   the seat. */
proctype SlowSweeper() {
end:
  do
  :: OVERDUE(0) -> script_expire(0)
  :: OVERDUE(1) -> script_expire(1)
  od
}

/* notifications/relay.py: sends, then removes. It may die in between; then another one begins
   again. */
#ifdef RELAY_WAIT
#define SENDABLE(order) (primary.outbox[order] && replica.outbox[order])
#else
#define SENDABLE(order) primary.outbox[order]
#endif

proctype Relay() {
  byte entry;
end:
  do
  :: atomic {
       if
       :: SENDABLE(1) -> entry = 1
       :: SENDABLE(2) -> entry = 2
       :: SENDABLE(3) -> entry = 3
       :: SENDABLE(4) -> entry = 4
       fi
     }
#ifdef EARLY_REMOVAL
     primary.outbox[entry] = false;
     if
     :: kafka[entry] = true
     :: true                                       /* dies */
     fi
#else
     atomic { printf("%d: order %d goes to Kafka\n", now, entry); kafka[entry] = true };
     if
     :: primary.outbox[entry] = false
     :: true                                       /* dies */
     fi
#endif
  od
}

/* notifications/delivery.py: deduplicates by the order. */
inline record(entry) {
  printf("%d: order %d is recorded and mailed\n", now, entry);
  ledger[entry] = true
}

proctype Consumer() {
end:
  do
  :: atomic { kafka[1] && !ledger[1] -> record(1) }
  :: atomic { kafka[2] && !ledger[2] -> record(2) }
  :: atomic { kafka[3] && !ledger[3] -> record(3) }
  :: atomic { kafka[4] && !ledger[4] -> record(4) }
  od
}

proctype Time() {
end:
  do
  :: atomic { now < LAST -> now++; printf("%d: time passes\n", now) }
  od
}

#ifdef FAILOVER
proctype Replication() {
end:
  do
  :: atomic { copy(primary, replica); printf("%d: the replica catches up\n", now) }
  :: atomic { !failed_over -> copy(replica, primary); failed_over = true;
              printf("%d: the replica is promoted\n", now) }
  od
}
#endif

/* --------------------------------------- the guarantees --------------------------------------- */

/* An acknowledged order is in Redis with all of its seats, and its message waits or is in Kafka. */
#define SOLD_WHOLE(me, order) \
  (WITHOUT(me, 0, primary.sold[0] == order) && WITHOUT(me, 1, primary.sold[1] == order))
#define KEPT(me) (!acknowledged[me] \
  || primary.key[me] == acknowledged[me] && SOLD_WHOLE(me, acknowledged[me]) \
  && (primary.outbox[acknowledged[me]] || kafka[acknowledged[me]]))
#define SOLD_ONCE (!acknowledged[1] || !acknowledged[2] || !(wants[1] & wants[2]))
#define ALL_OR_NONE(me) (!primary.key[me] || SOLD_WHOLE(me, primary.key[me]))
#define TRUTHFUL(me) (!refused[me] || !primary.key[me])
#define ANNOUNCED(me) \
  (!primary.key[me] || primary.outbox[primary.key[me]] || kafka[primary.key[me]])
#define NEVER_BOTH(seat) (!primary.sold[seat] || !primary.hold[seat] && !primary.lock[seat])
#define DUE(seat) \
  (!primary.lock[seat] \
  || primary.hold[seat] == primary.lock[seat] && primary.due[seat] == primary.ends[seat])
/* Once its mail is sent a ticket is in somebody's hand: its seats are that order's. */
#define MAILED(order) (!ledger[order] \
  || primary.key[BUYER_OF(order)] == order && SOLD_WHOLE(BUYER_OF(order), order))

/* When a run is replayed, the guarantee that it breaks is printed. */
proctype Audit() {
end:
  do
  :: atomic { !SOLD_ONCE -> printf("broken: SOLD_ONCE\n"); assert(false) }
  :: atomic { !(KEPT(1) && KEPT(2)) -> printf("broken: KEPT\n"); assert(false) }
  :: atomic { !(ALL_OR_NONE(1) && ALL_OR_NONE(2)) -> printf("broken: ALL_OR_NONE\n");
              assert(false) }
  :: atomic { !(TRUTHFUL(1) && TRUTHFUL(2)) -> printf("broken: TRUTHFUL\n"); assert(false) }
  :: atomic { !(ANNOUNCED(1) && ANNOUNCED(2)) -> printf("broken: ANNOUNCED\n"); assert(false) }
  :: atomic { !(NEVER_BOTH(0) && NEVER_BOTH(1)) -> printf("broken: NEVER_BOTH\n"); assert(false) }
  :: atomic { !(DUE(0) && DUE(1)) -> printf("broken: DUE\n"); assert(false) }
  :: atomic { !(MAILED(1) && MAILED(2) && MAILED(3) && MAILED(4)) -> printf("broken: MAILED\n");
              assert(false) }
  od
}

init {
  atomic {
#ifdef ONE_CASE
    wants[1] = 3; wants[2] = 1;
#else
    /* which seat is called the first does not matter */
    if :: wants[1] = 1 :: wants[1] = 3 fi;
    if :: wants[2] = 1 :: wants[2] = 2 :: wants[2] = 3 fi;
#endif
    run Buyer(1); run Buyer(2); run Sweeper(); run SlowSweeper();
    run Relay(); run Consumer(); run Time(); run Audit();
#ifdef FAILOVER
    run Replication()
#endif
  }
}
