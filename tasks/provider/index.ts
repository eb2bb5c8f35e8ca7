export const providerTasks = [];
