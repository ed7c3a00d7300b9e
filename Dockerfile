# The service as an image: `docker build -t heka-confirm .`; docs/configuration.md lists the environment that it needs.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv --without-pip .venv
COPY requirements.txt ./
RUN python -m pip --python .venv install --no-cache-dir --require-hashes --no-deps -r requirements.txt
COPY . ./
# Secrets of this one step; nothing of them stays.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build FIELD_INDEX_KEYS=build RECORD_KEYS=build STATIC_ROOT=/app/static-root \
    .venv/bin/python manage.py collectstatic --noinput
RUN .venv/bin/python -m compileall -q applications core counter heka_confirm identity mailing privacy records upstream

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin heka
WORKDIR /app
COPY --from=build /app ./
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/static-root
USER 10001:10001
EXPOSE 8000
# Probes ask /healthz and /readiness. Migrations are a step of their own: `python manage.py migrate`.
CMD ["gunicorn"]
