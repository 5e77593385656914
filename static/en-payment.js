// @ts-check
/** What paying alone says, in English. */
export const texts = {
  "payment.title": "Payment",
  "payment.simulation": "Demonstration: you won’t be charged.",
  "payment.time": "Time left",
  "payment.name": "Full name",
  "payment.cpf": "CPF (Brazilian tax number)",
  "payment.no_cpf": "I don’t have a CPF (I’m not from Brazil)",
  "payment.email": "E-mail",
  "payment.email_hint": "We’ll send your ticket here.",
  "payment.method": "Payment method",
  "payment.pix": "Pix",
  "payment.card": "Card",
  "payment.simulated": "simulated",
  "payment.pix_text":
    "Scan it with your bank’s app, or copy and paste the code. It’s simulated: no money leaves your account.",
  "payment.pix_image": "QR code of the simulated Pix of {total}",
  "payment.pix_code": "Pix code to copy and paste",
  "payment.pix_copy": "Copy",
  "payment.pix_copied": "Code copied.",
  "payment.pix_selected": "Code selected: copy it with Ctrl+C.",
  "payment.pix_failed": "The Pix code did not arrive. You can pay all the same, or by card.",
  "payment.card_text": "No number is asked for: choose a test card.",
  "payment.card_accepted": "Approved test card",
  "payment.card_refused": "Declined test card",
  "payment.sending": "Paying…",
  "payment.checking": "Checking the payment",
  "payment.unsure":
    "We could not find out whether the payment went through. Before you pay again, check your e-mail for the tickets.",
  "payment.checking_text":
    "We don’t know yet whether the payment went through, and we’re checking. " +
    "You won’t pay twice. You can close the page: the result will be here when you come back.",
  "payment.expired": "Your hold has ended. Nothing was charged.",
  "payment.changed": "Your seats changed. Check before you pay: {seats}.",
  "payment.done": "Purchase confirmed",
  "payment.done_text": {
    one: "{seats} is yours. We are sending your ticket to {email}.",
    other: "{seats} are yours. We are sending your tickets to {email}.",
  },

  "fault.refused": "This was not accepted. Please check it.",
  "fault.name_empty": "Enter your name.",
  "fault.name_short": "Enter your full name.",
  "fault.name_long": "Use at most 120 letters.",
  "fault.name_signs": "Start with a letter, and use only letters and ordinary signs.",
  "fault.name_address": "That looks like a web address. If it isn’t, leave a space after the dot.",
  "fault.cpf_empty": "Enter your CPF, or tick that you have none.",
  "fault.cpf_short": "A CPF has 11 digits.",
  "fault.cpf_invalid": "That CPF is not valid. Check the digits.",

  "reason.conflito_de_chave":
    "That payment was already made with other details. Nothing was charged again.",
  "reason.cota_de_meia_esgotada":
    "The half-price tickets ran out while you were paying. Nothing was charged.",
  "reason.preco_mudou":
    "The price changed while you were choosing. Nothing was charged: check the total and pay again.",
  "reason.pagamento_recusado":
    "The card was declined. Nothing was charged, and your seats are still held. Choose another way to pay.",
  "reason.pedido_cancelado": "That order was paid and then cancelled. Choose again to buy.",
};
