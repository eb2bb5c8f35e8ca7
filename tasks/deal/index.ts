export const dealTasks = [];
