import { expect, test } from "vitest";
import { createWorkspace, fresh } from "./index.js";

test("the same lengths in the same order are the same arrays, filled with zeros again", () => {
  const work = createWorkspace();
  const take = () => {
    work.release(0);
    return [work.floats(5), work.integers(3), work.bytes(7), work.floats(2)] as const;
  };
  const first = take();
  for (const one of first) one.fill(9);
  const second = take();
  second.forEach((one, k) => {
    expect(one).toBe(first[k]);
    expect(Array.from(one)).toEqual(new Array(one.length).fill(0));
  });
});

test("another length is exactly that long and empty, in the old memory where that is enough", () => {
  const work = createWorkspace();
  const [long, after] = [work.floats(100).fill(1), work.floats(4).fill(2)];
  work.release(0);
  const short = work.floats(10);
  expect([short.length, short.every((value) => value === 0)]).toEqual([10, true]);
  expect(short.buffer).toBe(long.buffer);
  expect(work.floats(4)).toBe(after);
  work.release(0);
  const longer = work.floats(200);
  expect([longer.length, longer.every((value) => value === 0)]).toEqual([200, true]);
  work.release(0);
  const bytes = work.bytes(30);
  expect([bytes.length, bytes.buffer === longer.buffer]).toEqual([30, true]);
});

test("arrays taken before a mark outlive the release to it, and none of them share memory", () => {
  const work = createWorkspace();
  const kept = work.floats(3).fill(4);
  const mark = work.mark();
  const given = work.floats(3).fill(5);
  work.release(mark);
  const again = work.floats(3);
  expect(again).toBe(given);
  expect(again.buffer).not.toBe(kept.buffer);
  expect(Array.from(kept)).toEqual([4, 4, 4]);
});

test("without a workspace every array is new", () => {
  expect(fresh.floats(2)).not.toBe(fresh.floats(2));
});
