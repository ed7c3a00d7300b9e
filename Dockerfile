# The service as an image: the web server, the worker and every command. How to build and to run it: docs/image.md.
ARG REGISTRY=docker.io/library
ARG BASE_IMAGE=python:3.13-slim

FROM ${REGISTRY}/${BASE_IMAGE} AS build
ARG VARIANT=
# Of the builder: pip's settings and the certificates of an authority of its own, if any. They stay in no layer.
ENV PIP_CONFIG_FILE=/run/secrets/pip.conf PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY requirements*.txt /build/
RUN --mount=type=secret,id=pip,target=/run/secrets/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ -e /run/secrets/ca.pem ]; then export PIP_CERT=/run/secrets/ca.pem; fi; \
    for folder in .venv /build/sbom; do python3 -m venv --without-pip $folder || exit; done && \
    python3 -m pip --python .venv install --require-hashes --no-deps -r /build/requirements${VARIANT:+-$VARIANT}.txt && \
    python3 -m pip --python /build/sbom install --require-hashes --no-deps -r /build/requirements-sbom.txt
COPY . ./
# Secrets of this one step; nothing of them stays.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build FIELD_INDEX_KEYS=build RECORD_KEYS=build STATIC_ROOT=/app/static-root \
    .venv/bin/python manage.py collectstatic --noinput
RUN .venv/bin/python -m compileall -q applications core counter heka_confirm identity mailing privacy records upstream
# What is in it, without the time and number of this build. Then all of it becomes readable, whatever the checkout was.
RUN /build/sbom/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
    --spec-version 1.6 --output-file sbom.cdx.json .venv && \
    rm pyproject.toml requirements*.txt && chmod -R u=rwX,go=rX .

FROM ${REGISTRY}/${BASE_IMAGE}
ARG VARIANT=
RUN --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ "$VARIANT" = pdf ]; then \
    if [ -e /run/secrets/ca.pem ]; then echo 'Acquire::https::CAInfo "/run/secrets/ca.pem";' >/tmp/apt.conf; export APT_CONFIG=/tmp/apt.conf; fi; \
    apt-get update -q && apt-get install -q -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation && \
    rm -rf /tmp/apt.conf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log; fi
WORKDIR /app
COPY --from=build /app ./
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/static-root \
    WORKER_ALIVE_FILE=/dev/shm/worker-alive \
    XDG_CACHE_HOME=/dev/shm
# Any other user will do, and a root that cannot be written: what is written is in memory, in /dev/shm.
USER 10001:0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "core.alive"]
# Probes of a platform ask /healthz and /readiness. Migrations are a step of their own: `python manage.py migrate`.
CMD ["gunicorn"]

ARG REGISTRY
ARG BASE_IMAGE
ARG VERSION
ARG COMMIT_HASH
ARG BUILD_TIME
ENV APP_RELEASE=$VERSION COMMIT_HASH=$COMMIT_HASH BUILD_TIME=$BUILD_TIME
LABEL org.opencontainers.image.title="Heka Confirm" \
    org.opencontainers.image.description="People in Helsinki confirm their rental-housing application to Heka" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version=$VERSION \
    org.opencontainers.image.revision=$COMMIT_HASH \
    org.opencontainers.image.created=$BUILD_TIME \
    org.opencontainers.image.base.name=$REGISTRY/$BASE_IMAGE
