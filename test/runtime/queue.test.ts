import { describe, expect, it } from 'vitest';
import { OrderedQueue } from '../../src/runtime/queue.js';

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('the queue of a revision', () => {
  it('runs calls in their order, awaited or not', async () => {
    const queue = new OrderedQueue();
    const done: number[] = [];
    void queue.push(async () => {
      await soon();
      done.push(1);
    });
    void queue.push(async () => done.push(2));
    await queue.push(async () => done.push(3));
    void queue.push(async () => {
      await soon();
      done.push(4);
    });
    await queue.drain();
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('fails as a whole when a call fails that nobody awaited, and runs nothing after it', async () => {
    const queue = new OrderedQueue();
    const done: string[] = [];
    queue.push(async () => Promise.reject(new Error('first'))).catch(() => undefined);
    queue.push(async () => done.push('second')).catch(() => undefined);
    await expect(queue.drain()).rejects.toThrow('first');
    expect(done).toEqual([]);
  });

  it('waits for calls that other calls make', async () => {
    const queue = new OrderedQueue();
    const done: string[] = [];
    void queue.push(async () => {
      void queue.push(async () => done.push('inner'));
    });
    await queue.drain();
    expect(done).toEqual(['inner']);
  });

  it('refuses calls that come after the end', async () => {
    const queue = new OrderedQueue();
    queue.close();
    await expect(queue.push(async () => undefined)).rejects.toMatchObject({ code: 'REV_OPERATION' });
  });
});
