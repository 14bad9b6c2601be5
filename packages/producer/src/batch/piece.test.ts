import { describe, expect, it } from "vitest";
import { Piece, type PieceOwner } from "./piece.js";

const call: PieceOwner = { hold: () => undefined, delivered: () => undefined, failed: () => undefined };
const origin = { call, topic: "orders", partition: 0 };

describe("the messages of one call in one batch", () => {
  it("are a range while they follow one another, and a list otherwise", () => {
    const piece = new Piece(origin, 4, 10);
    piece.add(10, 3);
    expect(piece.indexes()).toEqual([10, 11, 12]);
    piece.add(20, 2);
    piece.add(30, 1);
    expect([piece.count, piece.indexes()]).toEqual([6, [10, 11, 12, 20, 21, 30]]);
  });

  it("are cut where a split batch is", () => {
    const piece = new Piece(origin, 4, 10);
    piece.add(10, 2);
    piece.add(20, 2);
    expect(piece.splitAt(8)).toEqual([piece, undefined]);
    const [nothing, all] = piece.splitAt(3);
    expect(nothing).toBeUndefined();
    expect([all?.position, all?.indexes()]).toEqual([1, [10, 11, 20, 21]]);
    const [left, right] = piece.splitAt(7);
    expect([left?.position, left?.indexes()]).toEqual([4, [10, 11, 20]]);
    expect([right?.position, right?.indexes()]).toEqual([0, [21]]);
  });
});
