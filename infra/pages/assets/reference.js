// Swagger UI has its own switch for the dark.
const dark = matchMedia('(prefers-color-scheme: dark)');
const followChoice = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followChoice);
followChoice();

SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // No third party is to judge the document.
  validatorUrl: null,
});
