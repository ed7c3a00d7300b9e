def people(request): return {}
