from django.http import HttpResponse
def bad_request(request, exception=None, reason=""): return HttpResponse("error", status=500)
forbidden = not_found = server_error = csrf_failure = bad_request
