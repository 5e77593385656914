# One image for the five services: docker-compose.yml says which of them a container runs.

# The bundle of the page's modules.
FROM node:24.19.0-bookworm-slim AS page
WORKDIR /page/bundler
COPY deploy/bundler/package.json deploy/bundler/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY deploy/bundler/bundle.mjs ./
COPY static /page/static
RUN node bundle.mjs /page/static /page/bundle

FROM python:3.11.15-slim-bookworm AS base
# GRPC_VERBOSITY: without it gRPC's C core logs "Got goaway" when booking restarts.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GRPC_VERBOSITY=ERROR
WORKDIR /app

FROM base AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv
COPY requirements.txt .
RUN pip --python /venv/bin/python install --require-hashes -r requirements.txt
COPY cinema.proto .
# The services import the stubs, not their generator.
RUN python -m grpc_tools.protoc -I. --python_out=. --grpc_python_out=. cinema.proto \
    && pip --python /venv/bin/python uninstall -y grpcio-tools setuptools
COPY . .
COPY --from=page /page/bundle bundle
# Readable by the image's user, whatever the umask of the clone. Compiled here, since a service
# cannot write.
RUN rm -r deploy && chmod -R a+rX . && python -m compileall -q --invalidation-mode unchecked-hash .

FROM base
# An id that no host user has. A new volume inherits the owner and mode of its mount point.
RUN install -d -o 10001 -g 10001 -m 0700 /records /secrets
COPY --from=build /venv /venv
COPY --from=build /app /app
USER 10001:10001
