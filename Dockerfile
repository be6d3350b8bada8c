# syntax=docker/dockerfile:1.7

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
COPY requirements.lock deploy/image_requirements.py ./
# Exactly what the lock names, by hash; --no-deps because the lock is complete and the embedded servers are left out.
RUN python -m venv /opt/steward \
 && python image_requirements.py < requirements.lock > requirements.image \
 && /opt/steward/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.image \
 && /opt/steward/bin/pip uninstall --yes pip setuptools
# The client ships 114 MB of descriptions of services; Steward speaks to these.
RUN find /opt/steward/lib/python3.11/site-packages/googleapiclient/discovery_cache/documents -type f \
    ! -name gmail.v1.json ! -name calendar.v3.json ! -name people.v1.json -delete
WORKDIR /srv/steward
COPY app app
COPY handlers handlers
COPY integrations integrations
COPY jobs jobs
COPY migrations migrations
COPY deploy/worker_health.py worker_health.py
# Compiled here, so that the running container needs to write nothing.
RUN python -m compileall -q .

FROM python:3.11.14-slim-bookworm
RUN groupadd --system --gid 10001 steward \
 && useradd --system --uid 10001 --gid steward --no-create-home --shell /usr/sbin/nologin steward \
 && install --directory --owner=steward --group=steward /var/lib/steward
COPY --from=build /opt/steward /opt/steward
COPY --from=build /srv/steward /srv/steward
ENV PATH=/opt/steward/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STEWARD_HOME=/tmp/steward \
    HTTP_HOST=0.0.0.0 \
    LOG_FORMAT=json
WORKDIR /srv/steward
USER 10001:10001
EXPOSE 8425
ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]
