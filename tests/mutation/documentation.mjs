/**
 * Leaves out of the mutation what only the API's document says: the gate of the document compares
 * each of its words with the committed ones, and a score made of words would say little.
 */
const isDocumentation = (path) => {
  const { node, parent } = path;
  if (node.type === 'VariableDeclarator') return isDeclaredForDocument(path);
  if (node.type !== 'ObjectExpression' || parent.type !== 'CallExpression') return false;
  const { name, property } = parent.callee;
  return name === 'limitUpTo' || property?.name === 'meta';
};

/** A call's file ends with its documentation, and what that is made of. */
const isDeclaredForDocument = ({ node, parentPath }) => {
  if (node.id.name === 'AMOUNT_TEXT' || isDocs(node)) return true;
  const { body = [] } = parentPath.parentPath.node;
  if (!Array.isArray(body) || !body.some((statement) => isDocs(declared(statement)))) return false;
  const call = body.findIndex((statement) => declared(statement)?.init?.callee?.name === DEFINES);
  return body.indexOf(parentPath.node) > call;
};

const DEFINES = 'defineCall';
/** What a statement exports, or nothing. */
const declared = ({ declaration }) => declaration?.declarations?.[0];
const isDocs = (declarator) => declarator?.id.name?.endsWith('Docs') === true;

const value = {
  shouldIgnore: (path) => (isDocumentation(path) ? 'Only the document says it.' : undefined),
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'documentation', value }];
