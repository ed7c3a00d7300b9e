from django.http import HttpResponse
def front(request): return HttpResponse("")
choose_language = how_to = privacy = accessibility = front
