import ts from "typescript";
import { isTest, lineOf, nodesOf, type Rule } from "./rule.ts";

const instead = {
  time: "time comes in with the command (`now`)",
  chance: "ids and randomness come in with the command",
  world: "return an event or an effect; a port touches the world",
};

/** What reaches outside when one of its members is used, and what to do instead. */
const bannedObjects: Record<string, string> = {
  crypto: instead.chance,
  process: instead.world,
  console: instead.world,
  performance: instead.time,
  globalThis: instead.world,
};

const bannedMembers: Record<string, string> = { "Date.now": instead.time, "Math.random": instead.chance };
const bannedCalls: Record<string, string> = {
  fetch: instead.world,
  setTimeout: instead.time,
  setInterval: instead.time,
  queueMicrotask: instead.world,
};

export const pureDomain: Rule = {
  name: "core/domain has no clock, no chance, no world and nothing to wait for",
  looksAt: (path) => /^core\/domain\/.*\.ts$/.test(path) && !isTest(path),
  find: (file) => {
    const { source, nodes } = nodesOf(file);
    return nodes.flatMap((node) => {
      const banned = bannedBy(node);
      return banned ? [{ path: file.path, line: lineOf(source, node), says: banned }] : [];
    });
  },
};

/** What is wrong with a node and what to write instead, or null when nothing is. */
function bannedBy(node: ts.Node): string | null {
  if (ts.isAwaitExpression(node)) return `await: ${instead.world}`;
  if (ts.isForOfStatement(node) && node.awaitModifier) return `for await: ${instead.world}`;
  if (ts.isNewExpression(node) && node.expression.getText() === "Date") return `new Date: ${instead.time}`;
  if (ts.isCallExpression(node)) return named(node.expression.getText(), bannedCalls);
  if (!ts.isPropertyAccessExpression(node)) return null;
  return named(node.getText(), bannedMembers) ?? named(node.expression.getText(), bannedObjects);
}

function named(text: string, banned: Record<string, string>): string | null {
  return Object.hasOwn(banned, text) ? `${text}: ${banned[text]}` : null;
}
