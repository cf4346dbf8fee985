export { type Models, type ReadOptions, readModels } from './read-models.js';
