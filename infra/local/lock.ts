/** Runs one task at a time, in the order of asking. */
export function createLock(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    // A task that fails is its caller's matter, not that of the next in line.
    last = result.catch(() => {});
    return result;
  };
}
