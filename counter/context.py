def counter(request): return {}
