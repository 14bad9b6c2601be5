// The work: bills orders. It recognizes an order that it has billed already, so that asking twice bills once.

import { Unfixable } from "./worker.js";

/** What stands for the database: in yours, a unique key on the order's id, in the same transaction as the bill. */
export class Bills {
  #billed = new Map();
  #card;

  /** `card(order)` asks for the money; it fails now and then. */
  constructor(card) {
    this.#card = card;
  }

  /** The orders that are billed, and how often each was asked for. */
  get orders() {
    return this.#billed;
  }

  handle = async (message) => {
    const order = parse(message.value);
    if (this.#billed.has(order.id)) return;
    await this.#card(order);
    this.#billed.set(order.id, order.amount);
  };
}

function parse(value) {
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Unfixable(`no JSON: ${error.message}`);
  }
}
