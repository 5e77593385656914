// @ts-check
/** What is said to those who come in company, in English. */
export const texts = {
  "party.how": "Choose a free seat: all {n} will be side by side there.",
  "party.taken": "{seats} · {total}",
  "party.taken_kind": "{seats} · {kind} · {total}",
  "party.cheaper": "See cheaper ones",
  "party.others": "See others",
  "party.no_room": "{n} side by side do not fit here.",
  "party.split":
    "There are not {n} seats together. You can sit close, in {parts}: {seats} · {total}",
  "party.take": "Take {parts}",
  "reason.sem_lugares_juntos": {
    one: "No seat is free right now.",
    other: "There are not {n} free seats right now.",
  },

  "invitation.title": "Cinema: {film}",
  "invitation.text": {
    one: "Shall we see {film}? {when}. I have {seats}: come and sit near me.",
    other: "Shall we see {film}? {when}. We have {seats}: come and sit near us.",
  },
  "invitation.copied":
    "Link copied. Send it to the people who come with you: it shows only where you sit.",
  "invitation.link": "Send this link to the people who come with you: {link}",
  "invitation.beside": {
    one: "The person who invited you has {seats}. The marked seats beside it are free.",
    other: "The person who invited you has {seats}. The marked seats beside them are free.",
  },
  "invitation.full": {
    one: "The person who invited you has {seats}, and no seat beside it is free. The nearest ones:",
    other:
      "The person who invited you has {seats}, and no seat beside them is free. The nearest ones:",
  },
  "invitation.released": {
    one: "{seats} from the invitation is free again: the person who invited you no longer has it.",
    other:
      "{seats} from the invitation are free again: the person who invited you no longer has them.",
  },
  "invitation.late":
    "You were invited to sit near {seats}, but there are no more tickets on sale for this screening.",
};
