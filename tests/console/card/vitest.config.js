export default { test: { include: ['*.test.tsx'] }, esbuild: { jsx: 'automatic' }, oxc: undefined };
