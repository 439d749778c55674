export { AppModule } from './app.module';
export { GPU_ERROR_CODES } from './error-codes';
