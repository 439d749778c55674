export { AppModule } from './app.module';
export { INGEST_ERROR_CODES } from './error-codes';
