export { generatedDocuments, type GeneratedDocument } from './documents';
