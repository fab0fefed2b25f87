// A bare echo on Node's `ws`: `node echo.mjs <folder that has node_modules/ws>`.
import { createRequire } from 'node:module'

const { WebSocketServer } = createRequire(`${process.argv[2]}/package.json`)('ws')
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => socket.on('message', (data) => socket.send(data.toString())))
server.on('listening', () => console.log(`listening on ${server.address().port}`))
