export { startStack, DEFAULT_TIME_SCALE } from './stack/stack';
export { SCOPES, SERVICES, type ServiceName } from './stack/services';
export { StartFailure, type ServiceHandle, type Stack, type StackOptions } from './stack/stack.types';
export { tellStory } from './story/story';
export { type StoryResult } from './story/story.types';
export { replay } from './replay/replay';
export { type ReplayResult } from './replay/reports';
